import { expect, it } from 'vitest';

import { createBalancedProvider } from '../../../src/index.ts';
import { statedLimits } from '../../../src/limits/stated-limits.ts';
import { answers, type Behaviour, fails, FakeEndpoint, prompt } from '../fake-endpoint.ts';
import { useFakeTime } from '../fake-time.ts';

useFakeTime();

/** As a provider in plain JavaScript may give them, whatever the types say. */
const noHeaders = null as never;

it.each<[string, Behaviour, string]>([
  ['an error', fails(Object.assign(new Error('gone'), { responseHeaders: noHeaders })), 'e1'],
  [
    'an answer',
    {
      ...answers('e0'),
      generate: async (attempt) => ({ ...(await answers('e0').generate(attempt)), response: { headers: noHeaders } }),
    },
    'e0',
  ],
])('%s whose headers are null is taken for one without headers', async (_, behaviour, text) => {
  const endpoints = [new FakeEndpoint('e0', behaviour), new FakeEndpoint('e1')];
  const balanced = createBalancedProvider({
    endpoints: endpoints.map((endpoint) => endpoint.settings()),
    loadBalancing: false,
  });

  const { content } = await balanced('m').doGenerate({ prompt });

  expect(content).toEqual([{ type: 'text', text }]);
});

const SENT_AT = Date.parse('2026-11-28T12:00:00.000Z');

it.each([
  ['a length', '2s', 2_000],
  ['a length of several units', '1m0.5s', 60_500],
  ['milliseconds with their unit', '119ms', 119],
  ['whole seconds', '2', 2_000],
  ['milliseconds, since limits are per minute', '1500', 1_500],
  ['a timestamp in seconds', `${SENT_AT / 1_000 + 2}`, 2_000],
  ['a timestamp in milliseconds', `${SENT_AT + 2_000}`, 2_000],
  ['a date', '2026-11-28T12:00:02Z', 2_000],
  ['an HTTP date', 'Sat, 28 Nov 2026 12:00:02 GMT', 2_000],
  ['nothing that is a time', 'soon', undefined],
])('a reset is read that is written as %s', (_, reset, resetMs) => {
  const headers = { 'x-ratelimit-remaining-requests': '1', 'x-ratelimit-reset-requests': reset };

  expect(statedLimits(headers, SENT_AT)?.requests.resetMs).toBe(resetMs);
});
