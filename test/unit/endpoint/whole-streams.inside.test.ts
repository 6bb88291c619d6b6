import { describe, expect, it, vi } from 'vitest';

import { readStreams } from '../../../src/endpoint/read-streams.ts';

const url = 'https://fake.example/v1/chat/completions';

const data = (payload: object): string => `data: ${JSON.stringify(payload)}\n\n`;
const chunk = (delta: object, finishReason: string | null = null): string =>
  data({ choices: [{ index: 0, delta, finish_reason: finishReason }] });
const text = chunk({ role: 'assistant', content: 'Say "data: [DONE]" and "finish_reason":"stop" – in 日本語 👍' });
const call = chunk({ tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 't', arguments: '{}' } }] });
const done = 'data: [DONE]\n\n';

/** What the AI SDK reads of a body that comes in pieces of so many bytes. */
async function read(body: string, size: number, from = url, finishReasons = true): Promise<string> {
  const bytes = new TextEncoder().encode(body);
  const pieces = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
  const sent = new Response(pieces, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } });
  const { body: received } = readStreams({ failures: true, finishReasons })(sent, from);
  let written = '';
  for await (const piece of received?.pipeThrough(new TextDecoderStream()) ?? []) written += piece;
  return written;
}

const SIZES = [1, 2, 3, 7, 64, 100_000];

/** The reasons that stand in what was read. */
const reasonsIn = (events: string): readonly unknown[] =>
  events
    .split(/[\r\n]+/)
    .filter((line) => line.startsWith('data: {'))
    .flatMap((line) => {
      const { choices } = JSON.parse(line.slice('data: '.length)) as { choices: { finish_reason: unknown }[] };
      return choices[0]?.finish_reason ?? [];
    });

describe('a stream that ends without a finish reason', () => {
  it.each<[string, string, string]>([
    ['text', text + done, 'stop'],
    ['text of a completion', data({ choices: [{ index: 0, text: 'Hello', finish_reason: null }] }) + done, 'stop'],
    ['a call of a tool', text + call + done, 'tool_calls'],
    ['a keepalive', text + data({ type: 'keepalive' }) + done, 'stop'],
    ['other ends of lines', (text + done).replaceAll('\n', '\r\n'), 'stop'],
    ['an error that is null', data({ error: null, choices: [{ delta: { content: 'Hello' } }] }) + done, 'stop'],
  ])('and says [DONE] after %s gets one', async (_, body, reason) => {
    for (const size of SIZES) {
      const events = await read(body, size);

      expect(events.startsWith(body.trimEnd())).toBe(true);
      expect(reasonsIn(events.replace(/data: \{"(?:type|error)".*/, ''))).toEqual([reason]);
    }
  });

  it.each<[string, string, boolean?, string?]>([
    ['is cut', text],
    ['is cut within [DONE]', `${text}data: [DON`],
    ['has said nothing', chunk({ role: 'assistant', content: '' }) + done],
    ['says [DONE] alone', done],
    ['says that it failed', text + data({ error: { message: 'm' } }) + done],
    ['says that it failed in a word', text + data({ error: 'm' }) + done],
    ['says that it failed as vLLM does', text + data({ object: 'error', message: 'm', code: 400 }) + done],
    ['is of OpenAI', text + done, false],
    ['is of Responses', text + done, true, 'https://fake.example/v1/responses'],
  ])('and %s gets none', async (_, body, finishReasons, from) => {
    for (const size of SIZES) expect(await read(body, size, from, finishReasons)).toBe(body);
  });
});

it('a stream whose end is told is read by the own method of its platform, in which some begin to send it', () => {
  const getReader = vi.spyOn(ReadableStream.prototype, 'getReader');
  const sent = new Response(text, { headers: { 'content-type': 'text/event-stream' } });
  const { body } = readStreams({ failures: true, finishReasons: true })(sent, url);

  body?.getReader();

  expect(getReader).toHaveBeenCalledOnce();
  getReader.mockRestore();
});

describe('a stream that gives its reason', () => {
  it.each<[string, string]>([
    ['at its end', text + chunk({}, 'length') + done],
    ['with its text', chunk({ content: 'Hello' }, 'stop') + done],
  ])('%s comes through as it is', async (_, body) => {
    for (const size of SIZES) expect(await read(body, size)).toBe(body);
  });
});
