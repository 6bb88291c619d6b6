import { expect, it } from 'vitest';

import { buildRing } from '../build-ring.ts';
import { hangs } from '../fake-endpoint.ts';
import { useFakeTime } from '../fake-time.ts';

useFakeTime();

it.each([
  ['usual', 1, 1],
  ['tiny', 5e-324, 5e-324],
  ['tiny ones, two to one', 1e-323, 5e-324],
  ['large', 1e300, 1e300],
])('least-busy goes by the attempts under way also with weights that are %s', async (_, first, second) => {
  const { askTimes, attempts } = buildRing(
    [
      { weight: first, does: hangs() },
      { weight: second, does: hangs() },
    ],
    { loadBalancing: true, picker: 'least-busy' },
  );
  await askTimes(6);
  const [atFirst = 0, atSecond = 0] = attempts();

  expect(atFirst + atSecond).toBe(6);
  expect(atFirst / atSecond).toBeCloseTo(first / second, 1);
});
