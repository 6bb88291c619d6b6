/** Headers as OpenAI sends them, so that reading limits from them is part of what is measured. */
const LIMIT_HEADERS = {
  'x-ratelimit-limit-requests': '10000000',
  'x-ratelimit-remaining-requests': '9999999',
  'x-ratelimit-reset-requests': '6ms',
  'x-ratelimit-limit-tokens': '10000000000',
  'x-ratelimit-remaining-tokens': '9999999000',
  'x-ratelimit-reset-tokens': '6ms',
};

const ANSWER = JSON.stringify({
  id: 'chatcmpl-stub',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'gpt-4o',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello there.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
});

const REJECTION = JSON.stringify({ error: { message: 'Rate limit reached', type: 'requests', code: 'rate_limit' } });

const chunk = (delta: object, finishReason: string | null): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-stub',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'gpt-4o',
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  })}\n\n`;

/** Answers at once, without a socket: what is left is the cost of the code above `fetch`. */
export const answeringFetch = (): Promise<Response> =>
  Promise.resolve(
    new Response(ANSWER, { status: 200, headers: { ...LIMIT_HEADERS, 'content-type': 'application/json' } }),
  );

/** Rejects every request for ten minutes. */
export const rejectingFetch = (): Promise<Response> =>
  Promise.resolve(
    new Response(REJECTION, { status: 429, headers: { 'retry-after': '600', 'content-type': 'application/json' } }),
  );

const unanswered: unknown[] = [];

/** Never answers. Holds on to the call, as a socket does: otherwise the garbage collector would take the whole call. */
export const silentFetch = (): Promise<Response> => new Promise((resolve) => unanswered.push(resolve));

/** Streams so many pieces of text, in network chunks of twenty events as a fast connection delivers them. */
export function streamingFetch(pieces: number): () => Promise<Response> {
  const events = [chunk({ role: 'assistant', content: '' }, null)];
  for (let index = 0; index < pieces; index += 1) events.push(chunk({ content: 'word ' }, null));
  events.push(chunk({}, 'stop'), 'data: [DONE]\n\n');
  const encoder = new TextEncoder();
  const chunks: Uint8Array[] = [];
  for (let index = 0; index < events.length; index += 20) {
    chunks.push(encoder.encode(events.slice(index, index + 20).join('')));
  }
  return () => {
    let next = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const bytes = chunks[next];
        next += 1;
        if (bytes === undefined) controller.close();
        else controller.enqueue(bytes);
      },
    });
    const headers = { ...LIMIT_HEADERS, 'content-type': 'text/event-stream' };
    return Promise.resolve(new Response(body, { status: 200, headers }));
  };
}
