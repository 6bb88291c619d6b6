import { convertToModelMessages, isStepCount, streamText, tool, type UIMessage } from 'ai';
import { z } from 'zod';

import { ring } from '../../../lib/ring.ts';

const weather = tool({
  description: 'The weather in a city, now',
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => `${city}, 21 °C, clear sky`,
});

/** Answers what `useChat()` posts. */
export async function POST(request: Request): Promise<Response> {
  const { messages } = (await request.json()) as { messages: UIMessage[] };
  const { balanced } = await ring();
  const result = streamText({
    model: balanced.responses(process.env['MODEL'] ?? 'gpt-4.1-mini'),
    // An answer that was stopped may end with half a tool call.
    messages: await convertToModelMessages(messages, { ignoreIncompleteToolCalls: true }),
    tools: { weather },
    stopWhen: isStepCount(5),
    abortSignal: request.signal,
    onError: ({ error }) => console.warn(error instanceof Error ? error.message : 'The answer broke off.'),
  });
  return result.toUIMessageStreamResponse({
    messageMetadata: ({ part }) => (part.type === 'finish-step' ? part.providerMetadata?.['balanced'] : undefined),
    onError: () => 'The answer broke off, or no endpoint can answer at the moment.',
  });
}
