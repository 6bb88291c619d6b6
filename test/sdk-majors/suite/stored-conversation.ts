/** A chat that is kept as text between its turns, as UI messages in a database are. */
import * as ai from 'ai';
import type { BalancedProvider } from 'ai-sdk-load-balancer';

import { toolsOf } from './conversation.ts';

/** Adds a question to a stored chat. */
export function ask(stored: string, question: string): string {
  const messages = JSON.parse(stored) as ai.UIMessage[];
  messages.push({ id: `user-${messages.length}`, role: 'user', parts: [{ type: 'text', text: question }] });
  return JSON.stringify(messages);
}

/** Answers a stored chat, and returns it with the answer as it is stored again. */
export async function answerStored(balanced: BalancedProvider, stored: string): Promise<string> {
  const messages = JSON.parse(stored) as ai.UIMessage[];
  const tools = toolsOf(balanced);
  const errors: unknown[] = [];
  const result = ai.streamText({
    model: balanced('gpt-5'),
    // A promise from SDK 6 on.
    messages: await ai.convertToModelMessages(messages, { tools }),
    tools,
    stopWhen: ai.stepCountIs(6),
    maxRetries: 0,
    onError: ({ error }) => void errors.push(error),
  });
  let answer: ai.UIMessage | undefined;
  for await (const message of ai.readUIMessageStream({ stream: result.toUIMessageStream({ sendReasoning: true }) })) {
    answer = message;
  }
  if (errors.length > 0) throw errors[0];
  return JSON.stringify([...messages, answer]);
}

/** What the last message of a stored chat says. */
export function textOf(stored: string): string {
  const last = (JSON.parse(stored) as ai.UIMessage[]).at(-1);
  return (last?.parts ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('');
}
