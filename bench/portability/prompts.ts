import type { EndpointMark } from '../../src/deployment/endpoint-mark.ts';
import type { PromptMessage, PromptPart } from '../../src/portability/prompt.ts';

const words = (text: string, providerOptions?: PromptPart['providerOptions']): PromptPart => ({
  type: 'text',
  text,
  providerOptions,
});

/** Questions and answers that refer to nothing, in the shape in which the AI SDK hands them to a model. */
export const plain = (length: number): readonly PromptMessage[] =>
  Array.from({ length }, (_, index) => {
    const role = index % 2 === 0 ? 'user' : 'assistant';
    return { role, content: [words(`Message ${index}`)], providerOptions: undefined };
  });

/** An agent's work: in each four messages a question, reasoning with two calls, their results, and an answer. */
export function answered(length: number, mark: EndpointMark): readonly PromptMessage[] {
  const stored = (itemId: string): PromptPart['providerOptions'] => ({ openai: { itemId }, balanced: { ...mark } });
  const messages: PromptMessage[] = [];
  for (let turn = 0; messages.length < length; turn += 1) {
    const calls = [1, 2].map((call) => ({ toolCallId: `call_${turn}_${call}`, toolName: 'weather' }));
    messages.push(
      { role: 'user', content: [words(`Question ${turn}`)] },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Two cities.', providerOptions: stored(`rs_${turn}_1`) },
          ...calls.map((call) => ({
            ...call,
            type: 'tool-call',
            input: { city: 'Rome' },
            providerOptions: stored(`fc_${call.toolCallId}`),
          })),
        ],
      },
      {
        role: 'tool',
        content: calls.map((call) => ({ ...call, type: 'tool-result', output: { type: 'text', value: 'sun' } })),
      },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Now I know.', providerOptions: stored(`rs_${turn}_2`) },
          words(`Answer ${turn}`, stored(`msg_${turn}`)),
        ],
      },
    );
  }
  return messages;
}
