import { convertToModelMessages, streamText, type UIMessage } from 'ai';

import { balanced } from './balanced.ts';

/** Answers what `useChat()` posts. */
export async function streamChat(request: Request): Promise<Response> {
  const { messages } = (await request.json()) as { messages: UIMessage[] };
  const result = streamText({
    model: balanced('gpt-4.1-mini'),
    messages: await convertToModelMessages(messages),
    // When the page is closed the call ends, and the connection to the endpoint with it.
    abortSignal: request.signal,
  });
  // AI SDK 7 has the same in two functions: toUIMessageStream() and createUIMessageStreamResponse().
  return result.toUIMessageStreamResponse({
    messageMetadata: ({ part }) =>
      part.type === 'finish-step' ? { balanced: part.providerMetadata?.['balanced'] } : undefined,
    onError: () => 'No endpoint can answer at the moment.',
  });
}
