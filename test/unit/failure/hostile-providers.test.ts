import { describe, expect, it } from 'vitest';

import { createBalancedProvider } from '../../../src/index.ts';
import { readStream } from '../../support/read-stream.ts';
import { apiError } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { answers, type Behaviour, delta, fails, prompt, start } from '../fake-endpoint.ts';
import { happenings, useFakeTime } from '../fake-time.ts';
import { errorOf } from '../outcome.ts';
import { hostile, throwing } from './hostile.ts';

useFakeTime();

const oddHeaders = Object.assign(apiError(429), {
  responseHeaders: {
    'retry-after': ['7'],
    'x-ratelimit-limit-requests': Symbol('7'),
    'x-ratelimit-remaining-requests': ['7'],
  },
});

describe.each([...hostile, ['headers that are lists and symbols', oddHeaders] as const])(
  'a provider that throws %s',
  (_, error) => {
    it('loses no lease, and the next one answers', async () => {
      const { askTimes, attempts, inFlight } = buildRing([fails(error), answers('next')]);

      const [call] = await askTimes(1);

      expect(call).toMatchObject({ state: 'fulfilled', value: { content: [{ text: 'next' }] } });
      expect([attempts(), inFlight()]).toEqual([
        [1, 1],
        [0, 0],
      ]);
    });

    it('loses no lease in a stream, and the next one answers', async () => {
      const { balanced, attempts, inFlight } = buildRing([fails(error), answers('next')]);

      const { stream } = await balanced('m').doStream({ prompt });
      const { text, errors } = await readStream(stream);

      expect({ text, errors }).toEqual({ text: 'next', errors: [] });
      expect([attempts(), inFlight()]).toEqual([
        [1, 1],
        [0, 0],
      ]);
    });
  },
);

describe('a hostile answer loses no lease', () => {
  const oddUsage: Behaviour = {
    generate: async (attempt) => ({ ...(await answers('odd').generate(attempt)), usage: throwing() as never }),
    stream: async () => [
      start,
      delta('odd'),
      { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage: throwing() as never },
    ],
  };

  it('when its usage throws', async () => {
    const { balanced, ask, inFlight } = buildRing([oddUsage]);

    const call = ask();
    await happenings();
    const { text } = await readStream((await balanced('m').doStream({ prompt })).stream);

    expect(call.state).toBe('fulfilled');
    expect(text).toBe('odd');
    expect(inFlight()).toEqual([0]);
  });

  it('when what its stream came with throws', async () => {
    const model = { specificationVersion: 'v4', provider: 'odd', modelId: 'm', supportedUrls: {} };
    const doStream = async () => {
      const stream = new ReadableStream({ start: (controller) => controller.enqueue(delta('odd')) });
      return {
        stream,
        response: new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error('Not to be listed.');
            },
          },
        ),
      };
    };
    const languageModel = () => ({ ...model, doStream });
    const balanced = createBalancedProvider({ endpoints: [{ provider: { languageModel } }] });

    const error = await errorOf(balanced('m').doStream({ prompt }));
    await happenings();

    expect(error).toMatchObject({ message: 'Not to be listed.' });
    expect(balanced.status().endpoints[0]?.deployments[0]?.inFlight).toBe(0);
  });

  it('when a reference to something stored is looked for in the error', async () => {
    const odd = throwing({ name: 'TypeError', statusCode: 404 });
    const { askTimes, inFlight } = buildRing([fails(odd), answers('next')]);

    const [call] = await askTimes(1, { providerOptions: { openai: { previousResponseId: 'resp_1' } } });

    expect(call?.state).not.toBe('pending');
    expect(inFlight()).toEqual([0, 0]);
  });
});
