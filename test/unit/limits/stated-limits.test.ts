import { expect, it } from 'vitest';

import { createBalancedProvider } from '../../../src/index.ts';
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
