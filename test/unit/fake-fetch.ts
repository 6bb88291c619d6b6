/** One request as it would have gone out. */
export interface SentRequest {
  readonly url: URL;
  readonly headers: Headers;
  /** The model that the body names. */
  readonly model: unknown;
}

export interface FakeFetch {
  readonly fetch: typeof globalThis.fetch;
  readonly sent: readonly SentRequest[];
}

const chatAnswer = {
  id: 'c-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};

const responsesAnswer = {
  id: 'r-1',
  created_at: 1,
  model: 'm',
  output: [
    {
      type: 'message',
      id: 'm-1',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'hello', annotations: [] }],
    },
  ],
  usage: { input_tokens: 1, output_tokens: 1 },
};

/** A `fetch` for an endpoint's settings: keeps what is sent, and answers as Chat or Responses would. */
export function fakeFetch(): FakeFetch {
  const sent: SentRequest[] = [];
  return {
    sent,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const url = new URL(request.url);
      const body = (await request.json()) as Readonly<Record<string, unknown>>;
      sent.push({ url, headers: request.headers, model: body['model'] });
      return Response.json(url.pathname.endsWith('/responses') ? responsesAnswer : chatAnswer);
    },
  };
}
