import { describe, expect, it } from 'vitest';

import { readStreams } from '../../../src/endpoint/read-streams.ts';

const url = 'https://fake.example/v1/responses';

const event = (payload: { readonly type: string; readonly [field: string]: unknown }): string =>
  `event: ${payload.type}\ndata: ${JSON.stringify(payload)}\n\n`;

const text = event({ type: 'response.output_text.delta', sequence_number: 4, delta: 'An "error" – in 日本語 \n\n 👍' });
const failed = (error: unknown) => event({ type: 'response.failed', sequence_number: 5, response: { error } });
const cut = 'data: {"type":"response.completed"';

/** A body that comes in pieces of so many bytes. */
function inPieces(body: string, size: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(body);
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
}

const eventStream = { headers: { 'content-type': 'text/event-stream; charset=utf-8' } };

const received = (response: Response, from = url) =>
  readStreams({ failures: true, finishReasons: false })(response, from);

function read(body: string, size = body.length): Promise<string> {
  return received(new Response(inPieces(body, size), eventStream)).text();
}

/** What the last event says. */
const last = (events: string): unknown => JSON.parse(events.trim().split('\ndata: ').at(-1) ?? '');

describe('a Responses stream that says that it failed', () => {
  it.each<[string, string, object]>([
    ['by response.failed', failed({ code: 'cyber_policy', message: 'm' }), { code: 'cyber_policy', message: 'm' }],
    ['by error', event({ type: 'error', code: 'x', message: 'm' }), { code: 'x', message: 'm' }],
    [
      'by error with a status',
      event({ type: 'error', error: { code: 429, message: 'm' } }),
      { code: '429', type: 'error' },
    ],
    ['by error without a code', event({ type: 'error', message: 'm', param: 'p' }), { code: null, param: 'p' }],
    ['by error that is whole', event({ type: 'error', error: { type: 't', code: 'x', message: 'm' } }), { type: 't' }],
  ])('says it in the form that is handed on: %s', async (_, failure, expected) => {
    for (const size of [1, 7, 1_000]) {
      const events = await read(text + failure, size);

      expect(events.startsWith(text)).toBe(true);
      expect(last(events)).toMatchObject({ type: 'error', sequence_number: 0, error: expected });
    }
  });

  it('without an error is left as it is', async () => {
    expect(await read(text + failed(null))).toBe(text + failed(null));
  });
});

describe('all else that is sent', () => {
  it.each<[string, string]>([
    ['an answer', text + text + event({ type: 'response.completed', response: { error: null } })],
    ['other ends of lines', `${text}${text}`.replaceAll('\n', '\r\n')],
    ['an end in the middle of an event', text + cut],
    ['what is no JSON', 'data: {"type":"error"\n\ndata: [DONE]\n\n: ping\n\n'],
    ['nothing', ''],
  ])('comes through as it is: %s', async (_, body) => {
    for (const size of [1, 2, 3, 5, 1_000]) expect(await read(body, size)).toBe(body);
  });

  it('comes through with status and headers', async () => {
    const sent = new Response(inPieces(text, 9), {
      status: 201,
      headers: { ...eventStream.headers, 'x-request-id': 'r' },
    });

    const response = received(sent);

    expect([response.status, response.headers.get('x-request-id')]).toEqual([201, 'r']);
  });

  it.each<[string, string, ResponseInit]>([
    ['of Chat', 'https://fake.example/v1/chat/completions', eventStream],
    ['without a stream', url, { headers: { 'content-type': 'application/json' } }],
  ])('is not touched %s', async (_, to, init) => {
    const sent = new Response(failed({ code: 'x' }), init);

    expect(received(sent, to)).toBe(sent);
  });

  it('of an event of megabytes comes through in no time', async () => {
    const body = event({ type: 'response.image', data: 'x'.repeat(8_000_000) });
    const started = performance.now();

    expect(await read(body, 16_000)).toBe(body);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('a reader that leaves', () => {
  it('closes the connection', async () => {
    let close: (reason: unknown) => void = () => {};
    const closed = new Promise((resolve) => (close = resolve));
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode(text)),
      cancel: close,
    });
    const response = received(new Response(endless, eventStream));
    const reader = response.body?.getReader();
    await reader?.read();

    await reader?.cancel('gone');

    expect(await closed).toBe('gone');
  });

  it('gets the error of a connection that breaks', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new TypeError('terminated')),
    });
    const response = received(new Response(broken, eventStream));

    await expect(response.text()).rejects.toThrow('terminated');
  });
});
