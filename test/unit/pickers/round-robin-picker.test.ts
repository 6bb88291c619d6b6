import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type BalancedProvider, createBalancedProvider } from '../../../src/index.ts';
import { apiError, rateLimit } from '../api-error.ts';
import { answers, fails, FakeEndpoint, prompt } from '../fake-endpoint.ts';
import { pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

const weighted = (weights: readonly number[]) => {
  const endpoints = weights.map((_, index) => new FakeEndpoint(`e${index}`));
  const balanced = createBalancedProvider({
    endpoints: endpoints.map((endpoint, index) => endpoint.settings({ weight: weights[index] ?? 1 })),
    metadata: false,
  });
  return { endpoints, balanced };
};

const ask = (balanced: BalancedProvider) => balanced('m').doGenerate({ prompt });
const countsOf = (endpoints: readonly FakeEndpoint[]) => endpoints.map(({ attempts }) => attempts.length);

describe('round robin spreads calls', () => {
  it('3:2:1 exactly, over 6,000 calls in a row', async () => {
    const { endpoints, balanced } = weighted([3, 2, 1]);

    for (let call = 0; call < 6_000; call++) await ask(balanced);

    expect(countsOf(endpoints)).toEqual([3_000, 2_000, 1_000]);
  });

  it('3:2:1 exactly, over 6,000 calls of which 1,000 at a time start in one tick', async () => {
    const { endpoints, balanced } = weighted([3, 2, 1]);

    for (let tick = 0; tick < 6; tick++) {
      await Promise.all(Array.from({ length: 1_000 }, () => ask(balanced)));
      const counts = countsOf(endpoints);
      for (const [index, share] of [3 / 6, 2 / 6, 1 / 6].entries()) {
        expect(Math.abs((counts[index] ?? 0) - share * 1_000 * (tick + 1))).toBeLessThan(1);
      }
    }

    expect(countsOf(endpoints)).toEqual([3_000, 2_000, 1_000]);
  });

  it('evenly over endpoints without weights: 60 calls to three are 20 each', async () => {
    const { endpoints, balanced } = weighted([1, 1, 1]);

    await Promise.all(Array.from({ length: 60 }, () => ask(balanced)));

    expect(countsOf(endpoints)).toEqual([20, 20, 20]);
  });

  it('smoothly: an endpoint with half of the weight gets about every other call', async () => {
    const { endpoints, balanced } = weighted([10, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    const [heavy] = endpoints as [FakeEndpoint];

    for (let calls = 1; calls <= 60; calls++) {
      await ask(balanced);
      expect(Math.abs(heavy.attempts.length - calls / 2)).toBeLessThan(2);
    }
  });

  it('exactly by any whole weights, over whole periods', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 24, size: 'max' }),
        fc.integer({ min: 1, max: 3 }),
        async (weights, periods) => {
          const { endpoints, balanced } = weighted(weights);
          const total = weights.reduce((sum, weight) => sum + weight, 0);

          for (let period = 1; period <= periods; period++) {
            await Promise.all(Array.from({ length: total }, () => ask(balanced)));
            expect(countsOf(endpoints)).toEqual(weights.map((weight) => weight * period));
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('by fractions and by great differences as well', async () => {
    const { endpoints, balanced } = weighted([0.5, 0.25, 1_000]);

    for (let call = 0; call < 4_003; call++) await ask(balanced);

    expect(countsOf(endpoints)).toEqual([2, 1, 4_000]);
  });
});

describe('round robin', () => {
  it('takes turns for each model id apart, so that no model keeps an endpoint from another', async () => {
    const { endpoints, balanced } = weighted([1, 1]);

    for (let call = 0; call < 10; call++) {
      await balanced('a').doGenerate({ prompt });
      await balanced('b').doGenerate({ prompt });
    }

    for (const { attempts } of endpoints) {
      expect(attempts.filter(({ modelId }) => modelId === 'a')).toHaveLength(5);
    }
  });
});

describe('a deployment that was out', () => {
  useFakeTime();

  it.each([2, 12, 24])('gets its share when it returns to a ring of %i, and no more', async (size) => {
    const { endpoints, balanced } = weighted(Array.from({ length: size }, () => 1));
    const [away] = endpoints as [FakeEndpoint];
    away.behaveOnce(fails(rateLimit(30)));
    for (let call = 0; call < 1_000; call++) await ask(balanced);
    expect(away.attempts).toHaveLength(1);

    await pass(30_001);
    const before = countsOf(endpoints);
    for (let call = 0; call < 10 * size; call++) await ask(balanced);

    const gained = countsOf(endpoints).map((count, index) => count - (before[index] ?? 0));
    // The probe is one call more or less.
    for (const count of gained) expect(Math.abs(count - 10)).toBeLessThanOrEqual(2);
  });
});

describe('priority', () => {
  useFakeTime();

  it('keeps a higher tier for when no lower one can serve', async () => {
    const [main, spare, last] = ['main', 'spare', 'last'].map((name) => new FakeEndpoint(name)) as [
      FakeEndpoint,
      FakeEndpoint,
      FakeEndpoint,
    ];
    const balanced = createBalancedProvider({
      endpoints: [last.settings({ priority: 2 }), spare.settings({ priority: 1 }), main.settings()],
    });
    for (let call = 0; call < 5; call++) await ask(balanced);
    expect(countsOf([main, spare, last])).toEqual([5, 0, 0]);

    main.behaveOnce(fails(rateLimit(30)));
    for (let call = 0; call < 5; call++) await ask(balanced);
    expect(countsOf([main, spare, last])).toEqual([6, 5, 0]);

    spare.behaveOnce(fails(rateLimit(60)));
    for (let call = 0; call < 5; call++) await ask(balanced);
    expect(countsOf([main, spare, last])).toEqual([6, 6, 5]);

    await pass(30_001);
    for (let call = 0; call < 5; call++) await ask(balanced);
    expect(countsOf([main, spare, last])).toEqual([11, 6, 5]);
  });

  it('spreads calls by weight within a tier', async () => {
    const endpoints = ['a', 'b', 'c'].map((name) => new FakeEndpoint(name));
    const [a, b, c] = endpoints as [FakeEndpoint, FakeEndpoint, FakeEndpoint];
    const balanced = createBalancedProvider({
      endpoints: [a.settings({ weight: 2 }), b.settings(), c.settings({ priority: 1, weight: 100 })],
    });

    for (let call = 0; call < 30; call++) await ask(balanced);

    expect(countsOf(endpoints)).toEqual([20, 10, 0]);
  });

  it('lets a call go on to the next tier as soon as it has failed on all of the one before', async () => {
    const [a, b, spare] = ['a', 'b', 'spare'].map((name) => new FakeEndpoint(name)) as [
      FakeEndpoint,
      FakeEndpoint,
      FakeEndpoint,
    ];
    for (const endpoint of [a, b]) endpoint.behave(fails(apiError(500)));
    const balanced = createBalancedProvider({
      endpoints: [a.settings(), spare.settings({ priority: 1 }), b.settings()],
    });

    await ask(balanced);

    expect(countsOf([a, b, spare])).toEqual([1, 1, 1]);
  });
});

describe('loadBalancing: false', () => {
  useFakeTime();

  it('sends every call to the first that is available, in the order configured and whatever the weights', async () => {
    const [first, second, third] = ['first', 'second', 'third'].map((name) => new FakeEndpoint(name)) as [
      FakeEndpoint,
      FakeEndpoint,
      FakeEndpoint,
    ];
    const balanced = createBalancedProvider({
      endpoints: [first.settings(), second.settings({ weight: 100 }), third.settings()],
      loadBalancing: false,
    });
    for (let call = 0; call < 5; call++) await ask(balanced);
    expect(countsOf([first, second, third])).toEqual([5, 0, 0]);

    first.behaveOnce(fails(rateLimit(10)));
    for (let call = 0; call < 5; call++) await ask(balanced);
    expect(countsOf([first, second, third])).toEqual([6, 5, 0]);

    await pass(10_001);
    for (let call = 0; call < 5; call++) await ask(balanced);
    expect(countsOf([first, second, third])).toEqual([11, 5, 0]);
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
          const endpoints = fates.map(
            ({ isAlive }, index) => new FakeEndpoint(`e${index}`, isAlive ? answers() : fails(apiError(500))),
          );
          const balanced = createBalancedProvider({
            endpoints: fates.map(({ weight, priority }, index) =>
              (endpoints[index] as FakeEndpoint).settings({ weight, priority }),
            ),
            loadBalancing,
            failureThreshold: 1_000,
            retry: { rounds: 2, minDelayMs: 0, maxDelayMs: 0 },
          });
          let order: string[] = [];
          balanced.on('attempt', ({ endpoint }) => void order.push(endpoint));

          for (let call = 0; call < 8; call++) {
            order = [];
            await Promise.resolve(ask(balanced)).catch(() => undefined);
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
    const failing = ['a', 'b', 'c'].map((name) => new FakeEndpoint(name, fails(apiError(500))));
    const busy = new FakeEndpoint('busy');
    busy.behaveOnce(fails(rateLimit(1.5)));
    const balanced = createBalancedProvider({
      endpoints: [...failing.map((endpoint) => endpoint.settings({ weight: 100 })), busy.settings()],
      retry: { rounds: 2, minDelayMs: 1_000, maxDelayMs: 1_000, jitter: false },
    });
    // Another call finds out that it is busy, and is aborted.
    const controller = new AbortController();
    const other = watch(balanced('m').doGenerate({ prompt, abortSignal: controller.signal }));
    await pass(900);
    controller.abort();
    await pass(0);
    expect([other.state, busy.attempts.length]).toEqual(['rejected', 1]);
    const order: string[] = [];
    balanced.on('attempt', ({ endpoint }) => void order.push(endpoint));

    const call = watch(ask(balanced));
    await pass(1_000);

    expect(call.state).toBe('fulfilled');
    expect(order.slice(0, 3).toSorted()).toEqual(['a', 'b', 'c']);
    expect(order.slice(3)).toEqual(['busy']);
  });
});

it('first attempts are spread evenly, however often one of two deployments fails and the other answers', async () => {
  const { endpoints, balanced } = weighted([1, 1]);
  const [flaky] = endpoints as [FakeEndpoint, FakeEndpoint];
  let firstAttempts = 0;
  for (let call = 0; call < 100; call++) {
    flaky.behave(firstAttempts % 5 === 4 ? answers() : fails(apiError(500)));
    const before = flaky.attempts.length;
    await ask(balanced);
    if (flaky.attempts.length > before) firstAttempts += 1;
  }

  expect(firstAttempts).toBe(50);
});
