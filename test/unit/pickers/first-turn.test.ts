import { expect, it, vi } from 'vitest';

import { buildRing } from '../build-ring.ts';
import { prompt } from '../fake-endpoint.ts';
import { seededRandom } from '../ring/simulated-services.ts';

/** How many calls each endpoint gets of many processes that each make a few. */
async function together(processes: number, calls: number, picker: 'round-robin' | 'least-busy'): Promise<number[]> {
  const random = seededRandom(1);
  const counts = [0, 0, 0];
  for (let started = 0; started < processes; started++) {
    const ring = buildRing([{ weight: 3 }, { weight: 2 }, {}], { loadBalancing: true, picker, random });
    for (let call = 0; call < calls; call++) await ring.balanced('m').doGenerate({ prompt });
    ring.attempts().forEach((count, index) => (counts[index] = (counts[index] ?? 0) + count));
  }
  return counts.map((count) => count / (processes * calls));
}

it.each([1, 2, 4])('a thousand processes of %i calls each are even together, by weight', async (calls) => {
  const [heavy, medium, light] = await together(1_000, calls, 'round-robin');

  expect(heavy).toBeCloseTo(3 / 6, 1);
  expect(medium).toBeCloseTo(2 / 6, 1);
  expect(light).toBeCloseTo(1 / 6, 1);
});

it('a process does not always begin with the first endpoint, where the least busy is asked', async () => {
  const shares = await together(300, 1, 'least-busy');

  // The idle are told apart by their weights; those of equal weight by turns.
  expect(shares[0]).toBe(1);
  const random = seededRandom(2);
  const firsts = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const ring = buildRing([{}, {}], { loadBalancing: true, picker: 'least-busy', random });
      await ring.balanced('m').doGenerate({ prompt });
      return ring.attempts()[0];
    }),
  );
  expect(new Set(firsts)).toEqual(new Set([0, 1]));
});

it("a first turn is the first endpoint's with a seed, whatever Math.random says", async () => {
  vi.restoreAllMocks();
  for (let started = 0; started < 20; started++) {
    const ring = buildRing([{}, {}, {}], { loadBalancing: true, random: () => 0 });
    await ring.balanced('m').doGenerate({ prompt });
    expect(ring.attempts()).toEqual([1, 0, 0]);
  }
});
