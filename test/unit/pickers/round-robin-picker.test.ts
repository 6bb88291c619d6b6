import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { apiError, rateLimit } from '../api-error.ts';
import { buildRing, type Ring } from '../build-ring.ts';
import { answers, fails, type FakeEndpoint, prompt } from '../fake-endpoint.ts';
import { pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

const weighted = (weights: readonly number[]) =>
  buildRing(
    weights.map((weight) => ({ weight })),
    { loadBalancing: true },
  );

/** One call after the other. */
const callTimes = async (count: number, { balanced }: Pick<Ring, 'balanced'>) => {
  for (let call = 0; call < count; call++) await balanced('m').doGenerate({ prompt });
};

describe('round robin spreads calls', () => {
  it('3:2:1 exactly, over 6,000 calls in a row', async () => {
    const ring = weighted([3, 2, 1]);

    await callTimes(6_000, ring);

    expect(ring.attempts()).toEqual([3_000, 2_000, 1_000]);
  });

  it('3:2:1 exactly, over 6,000 calls of which 1,000 at a time start in one tick', async () => {
    const ring = weighted([3, 2, 1]);

    for (let tick = 0; tick < 6; tick++) {
      await ring.askTimes(1_000);
      const counts = ring.attempts();
      for (const [index, share] of [3 / 6, 2 / 6, 1 / 6].entries()) {
        expect(Math.abs((counts[index] ?? 0) - share * 1_000 * (tick + 1))).toBeLessThan(1);
      }
    }

    expect(ring.attempts()).toEqual([3_000, 2_000, 1_000]);
  });

  it('evenly over endpoints without weights: 60 calls to three are 20 each', async () => {
    const ring = weighted([1, 1, 1]);

    await ring.askTimes(60);

    expect(ring.attempts()).toEqual([20, 20, 20]);
  });

  it('smoothly: an endpoint with half of the weight gets about every other call', async () => {
    const ring = weighted([10, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    const [heavy] = ring.endpoints;

    for (let calls = 1; calls <= 60; calls++) {
      await callTimes(1, ring);
      expect(Math.abs(Number(heavy?.attempts.length) - calls / 2)).toBeLessThan(2);
    }
  });

  it('exactly by any whole weights, over whole periods', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 24, size: 'max' }),
        fc.integer({ min: 1, max: 3 }),
        async (weights, periods) => {
          const ring = weighted(weights);
          const total = weights.reduce((sum, weight) => sum + weight, 0);

          for (let period = 1; period <= periods; period++) {
            await ring.askTimes(total);
            expect(ring.attempts()).toEqual(weights.map((weight) => weight * period));
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('by fractions and by great differences as well', async () => {
    const ring = weighted([0.5, 0.25, 1_000]);

    await callTimes(4_003, ring);

    expect(ring.attempts()).toEqual([2, 1, 4_000]);
  });
});

describe('round robin', () => {
  it('takes turns for each model id apart, so that no model keeps an endpoint from another', async () => {
    const ring = weighted([1, 1]);

    for (let call = 0; call < 10; call++) {
      await ring.balanced('a').doGenerate({ prompt });
      await ring.balanced('b').doGenerate({ prompt });
    }

    for (const { attempts } of ring.endpoints) {
      expect(attempts.filter(({ modelId }) => modelId === 'a')).toHaveLength(5);
    }
  });
});

describe('a deployment that was out', () => {
  useFakeTime();

  it.each([2, 12, 24])('gets its share when it returns to a ring of %i, and no more', async (size) => {
    const ring = weighted(Array.from({ length: size }, () => 1));
    const [away] = ring.endpoints;
    away?.behaveOnce(fails(rateLimit(30)));
    await callTimes(1_000, ring);
    expect(away?.attempts).toHaveLength(1);

    await pass(30_001);
    const before = ring.attempts();
    await callTimes(10 * size, ring);

    const gained = ring.attempts().map((count, index) => count - (before[index] ?? 0));
    // The probe is one call more or less.
    for (const count of gained) expect(Math.abs(count - 10)).toBeLessThanOrEqual(2);
  });
});

describe('priority', () => {
  useFakeTime();

  it('keeps a higher tier for when no lower one can serve', async () => {
    const ring = buildRing([{ priority: 2 }, { priority: 1 }, {}], { loadBalancing: true });
    const [, spare, main] = ring.endpoints;
    await callTimes(5, ring);
    expect(ring.attempts()).toEqual([0, 0, 5]);

    main.behaveOnce(fails(rateLimit(30)));
    await callTimes(5, ring);
    expect(ring.attempts()).toEqual([0, 5, 6]);

    spare.behaveOnce(fails(rateLimit(60)));
    await callTimes(5, ring);
    expect(ring.attempts()).toEqual([5, 6, 6]);

    await pass(30_001);
    for (let call = 0; call < 5; call++) {
      await callTimes(1, ring);
      await pass(1_000);
    }
    expect(ring.attempts()).toEqual([5, 6, 11]);
  });

  it('spreads calls by weight within a tier', async () => {
    const ring = buildRing([{ weight: 2 }, {}, { priority: 1, weight: 100 }], { loadBalancing: true });

    await callTimes(30, ring);

    expect(ring.attempts()).toEqual([20, 10, 0]);
  });

  it('lets a call go on to the next tier as soon as it has failed on all of the one before', async () => {
    const dead = fails(apiError(500));
    const ring = buildRing([dead, { priority: 1 }, dead], { loadBalancing: true });

    await callTimes(1, ring);

    expect(ring.attempts()).toEqual([1, 1, 1]);
  });
});

describe('loadBalancing: false', () => {
  useFakeTime();

  it('sends every call to the first that is available, in the order configured and whatever the weights', async () => {
    const ring = buildRing([{}, { weight: 100 }, {}], { loadBalancing: false });
    await callTimes(5, ring);
    expect(ring.attempts()).toEqual([5, 0, 0]);

    ring.endpoints[0].behaveOnce(fails(rateLimit(10)));
    await callTimes(5, ring);
    expect(ring.attempts()).toEqual([6, 5, 0]);

    await pass(10_001);
    for (let call = 0; call < 5; call++) {
      await callTimes(1, ring);
      await pass(1_000);
    }
    expect(ring.attempts()).toEqual([11, 5, 0]);
  });
});

describe('a call that fails over', () => {
  useFakeTime();

  it.each([true, false])(
    'asks every other deployment before it asks one twice (loadBalancing: %s)',
    async (loadBalancing) => {
      const fate = fc.record({
        isAlive: fc.boolean(),
        weight: fc.integer({ min: 1, max: 50 }),
        priority: fc.integer({ min: 0, max: 2 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(fate, { minLength: 2, maxLength: 20, size: 'max' }), async (fates) => {
          const { balanced } = buildRing(
            fates.map(({ isAlive, ...own }) => ({ ...own, does: isAlive ? answers() : fails(apiError(500)) })),
            { loadBalancing, failureThreshold: 1_000, retry: { rounds: 2, minDelayMs: 0, maxDelayMs: 0 } },
          );
          let order: string[] = [];
          balanced.on('attempt', ({ endpoint }) => void order.push(endpoint));

          for (let call = 0; call < 8; call++) {
            order = [];
            watch(Promise.resolve(balanced('m').doGenerate({ prompt })));
            await pass(10);
            const firstRound = order.slice(0, fates.length);
            expect(new Set(firstRound).size).toBe(firstRound.length);
            const canBeAnswered = fates.some(({ isAlive }) => isAlive);
            expect(order.length <= fates.length).toBe(canBeAnswered);
          }
        }),
        { numRuns: 60 },
      );
    },
  );

  it('asks a deployment that has become free before it asks one again on which it has failed', async () => {
    const failing = { weight: 100, does: fails(apiError(500)) };
    const { endpoints, balanced, ask } = buildRing([failing, failing, failing, { name: 'busy' }], {
      loadBalancing: true,
      retry: { rounds: 2, minDelayMs: 1_000, maxDelayMs: 1_000, jitter: false },
    });
    const busy = endpoints[3];
    busy.behaveOnce(fails(rateLimit(1.5)));
    // Another call finds out that it is busy, and is aborted.
    const controller = new AbortController();
    const other = ask({ abortSignal: controller.signal });
    await pass(900);
    controller.abort();
    await pass(0);
    expect([other.state, busy.attempts.length]).toEqual(['rejected', 1]);
    const order: string[] = [];
    balanced.on('attempt', ({ endpoint }) => void order.push(endpoint));

    const call = ask();
    await pass(1_000);

    expect(call.state).toBe('fulfilled');
    expect(order.slice(0, 3).toSorted()).toEqual(['e0', 'e1', 'e2']);
    expect(order.slice(3)).toEqual(['busy']);
  });
});

it('first attempts are spread evenly, however often one of two deployments fails and the other answers', async () => {
  const ring = weighted([1, 1]);
  const [flaky] = ring.endpoints as readonly [FakeEndpoint];
  let firstAttempts = 0;
  for (let call = 0; call < 100; call++) {
    flaky.behave(firstAttempts % 5 === 4 ? answers() : fails(apiError(500)));
    const before = flaky.attempts.length;
    await callTimes(1, ring);
    if (flaky.attempts.length > before) firstAttempts += 1;
  }

  expect(firstAttempts).toBe(50);
});
