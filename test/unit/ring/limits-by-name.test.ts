import { expect, it } from 'vitest';

import { buildRing } from '../build-ring.ts';
import { holds } from '../fake-endpoint.ts';
import { useFakeTime } from '../fake-time.ts';

useFakeTime();

it.each([
  ['an alias of it', { main: { name: 'd', maxConcurrency: 1 }, alias: 'd' }, 'alias'],
  ['its own name', { main: { name: 'd', maxConcurrency: 1 } }, 'd'],
])('the limits of a deployment count, though %s without limits is asked for first', async (_, deployments, first) => {
  const { ask, askTimes, attempts } = buildRing([{ deployments, does: holds([]) }]);

  ask({ modelId: first });
  await askTimes(3, { modelId: 'main' });

  expect(attempts()).toEqual([1]);
});
