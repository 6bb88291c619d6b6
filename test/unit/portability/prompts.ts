import type { PromptMessage, PromptPart, ProviderOptions } from '../../../src/portability/prompt.ts';

/** The mark of an endpoint as parts carry it. */
export const mark = (endpoint: string): ProviderOptions => ({ balanced: { endpoint } });

export const assistant = (...content: readonly PromptPart[]): PromptMessage => ({ role: 'assistant', content });
export const toolResults = (...content: readonly PromptPart[]): PromptMessage => ({ role: 'tool', content });
export const user = (...content: readonly PromptPart[]): PromptMessage => ({ role: 'user', content });

export const text = (words: string, providerOptions?: ProviderOptions): PromptPart => ({
  type: 'text',
  text: words,
  providerOptions,
});

/** A call of a tool that the provider executed, and its result. */
export const hosted = (
  toolName: string,
  value: unknown,
  input: unknown = {},
): readonly [call: PromptPart, result: PromptPart] => [
  { type: 'tool-call', toolCallId: `id_of_${toolName}`, toolName, input, providerExecuted: true },
  { type: 'tool-result', toolCallId: `id_of_${toolName}`, toolName, output: { type: 'json', value } },
];
