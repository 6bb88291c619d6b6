import { describe, expect, it, vi } from 'vitest';

import { apiError } from '../api-error.ts';
import { readStream } from '../../support/read-stream.ts';
import { balancedOver, type Fields } from './fake-models.ts';

type Input = { readonly text: ReadableStream<string> };

const text = (pieces: readonly string[] = ['Hel', 'lo']) =>
  new ReadableStream<string>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });

/** Reads all of its text, then streams these parts. */
function speaks(...parts: readonly (object | Error)[]) {
  const heard: string[] = [];
  const doStream = vi.fn(async (input: Input) => {
    for await (const piece of input.text) heard.push(piece);
    const left = [...parts];
    const pull = (controller: ReadableStreamDefaultController<object>): void => {
      const part = left.shift();
      if (part === undefined) controller.close();
      else if (part instanceof Error) controller.error(part);
      else controller.enqueue(part);
    };
    return { stream: new ReadableStream({ pull }) };
  });
  return { doGenerate: vi.fn(), doStream, heard };
}

const start = { type: 'stream-start', warnings: [] };
const audio = { type: 'audio', audio: 'UklG', audioFormat: { type: 'audio/mpeg' } };
const finish = { type: 'finish', usage: { inputCharacters: 5 } };
const harmless = { type: 'error', error: new Error('A word was skipped.') };

/** Only the newest types name it. */
interface Streaming {
  doStream(input: Input): Promise<{ stream: ReadableStream<object> }>;
}

const streamOf = (given: ReadableStream<string>, ...models: readonly Fields[]) =>
  (balancedOver('v4', ...models).speechModel('tts') as unknown as Streaming).doStream({ text: given });

const stream = (...models: readonly Fields[]) => streamOf(text(), ...models);

describe('live speech', () => {
  it.each([
    ['breaks off before it has said anything', speaks(start, apiError(503))],
    ['ends without a word', speaks(start)],
    ['meets an error and ends', speaks(start, harmless)],
  ])('comes from the next endpoint, which is given all of the text, when the first %s', async (_, failing) => {
    const healthy = speaks(start, audio, finish);

    const { partTypes, errors } = await readStream((await stream(failing, healthy)).stream);

    expect(partTypes).toEqual(['stream-start', 'audio', 'finish']);
    expect(errors).toEqual([]);
    expect([failing.heard, healthy.heard]).toEqual([
      ['Hel', 'lo'],
      ['Hel', 'lo'],
    ]);
  });

  it('goes to no other endpoint with a part of the text, when there is more than can be kept', async () => {
    const other = speaks(start, audio, finish);
    const long = text(Array<string>(20).fill('x'.repeat(1_000_000)));

    const { errors } = await readStream((await streamOf(long, speaks(start, apiError(503)), other)).stream);

    expect(errors).toMatchObject([{ statusCode: 503 }]);
    expect(other.doStream).not.toHaveBeenCalled();
  });

  it('goes on after an error that its model goes on after', async () => {
    const other = speaks(start, audio, finish);

    const { partTypes } = await readStream((await stream(speaks(start, audio, harmless, audio, finish), other)).stream);

    expect(partTypes).toEqual(['stream-start', 'audio', 'error', 'audio', 'finish']);
    expect(other.doStream).not.toHaveBeenCalled();
  });

  it('that breaks off after its first sound fails as a stream, and is not said again', async () => {
    const other = speaks(start, audio, finish);

    const reader = (await stream(speaks(start, audio, apiError(503)), other)).stream.getReader();
    await reader.read();
    await reader.read();

    await expect(reader.read()).rejects.toMatchObject({ endpoint: 'e0' });
    expect(other.doStream).not.toHaveBeenCalled();
  });

  it('is there only where each endpoint’s model has it', () => {
    const model = balancedOver('v4', speaks(), { doGenerate: vi.fn() }).speechModel('tts');

    expect(model).not.toHaveProperty('doStream');
  });
});
