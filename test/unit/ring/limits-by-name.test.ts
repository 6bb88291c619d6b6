import { expect, it } from 'vitest';

import { createBalancedProvider } from '../../../src/index.ts';
import { FakeEndpoint, holds, prompt } from '../fake-endpoint.ts';
import { happenings, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

it.each([
  ['an alias of it', { main: { name: 'd', maxConcurrency: 1 }, alias: 'd' }, 'alias'],
  ['its own name', { main: { name: 'd', maxConcurrency: 1 } }, 'd'],
])('the limits of a deployment count, though %s without limits is asked for first', async (_, deployments, first) => {
  const endpoint = new FakeEndpoint('e0', holds([]));
  const balanced = createBalancedProvider({ endpoints: [endpoint.settings({ deployments })] });

  watch(balanced(first).doGenerate({ prompt }));
  for (let call = 0; call < 3; call++) watch(balanced('main').doGenerate({ prompt }));
  await happenings();

  expect(endpoint.attempts).toHaveLength(1);
});
