import { describe, expect, it } from 'vitest';

import { readStream } from '../../support/read-stream.ts';
import { apiError } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { answers, fails, prompt } from '../fake-endpoint.ts';
import { useFakeTime } from '../fake-time.ts';
import { hostile } from './hostile.ts';

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
