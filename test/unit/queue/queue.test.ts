import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

import { AllEndpointsFailedError } from '../../../src/index.ts';
import type { BalancedProviderSettings } from '../../../src/settings/settings.ts';
import { apiError, rateLimit } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { after, answers, type Behaviour, fails, hangs, holds, type HeldAttempt } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import type { Outcome } from '../outcome.ts';

useFakeTime();

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

describe('while no deployment has capacity, a call', () => {
  it('waits for its turn, and is served in the order of arrival', async () => {
    const { endpoints, ask } = buildRing([{ maxConcurrency: 1 }]);
    const held: HeldAttempt[] = [];
    endpoints[0].behave(holds(held));

    const calls = ['a', 'b', 'c', 'd'].map((text) => ask({ headers: { 'x-call': text } }));
    for (let turn = 0; turn < 4; turn++) {
      await happenings();
      held[turn]?.answer();
    }
    await happenings();

    const asked = endpoints[0].attempts.map(({ options }) => options.headers?.['x-call']);
    expect(asked).toEqual(['a', 'b', 'c', 'd']);
    expect(calls.map(({ state }) => state)).toEqual(Array.from({ length: 4 }, () => 'fulfilled'));
  });

  it('is not overtaken by a call that comes when there is room again', async () => {
    const { endpoints, ask } = buildRing([{ rpm: 61 }]);
    const first = Array.from({ length: 62 }, () => ask());
    await happenings();
    expect(first.at(-1)?.state).toBe('pending');

    // There is room again 983.6 ms after the first has arrived, which the queue will notice a moment later.
    vi.advanceTimersByTime(1_084);
    const late = ask();
    await pass(10);

    expect(first.at(-1)?.state).toBe('fulfilled');
    expect(late.state).toBe('pending');
    expect(endpoints[0].attempts).toHaveLength(62);
  });

  it('gives up after maxWaitMs with an error of status 429', async () => {
    const { endpoints, ask } = buildRing([{ maxConcurrency: 1 }], { maxWaitMs: 2_000 });
    endpoints[0].behave(holds([]));
    ask();

    const call = ask();
    await pass(1_999);
    expect(call.state).toBe('pending');
    await pass(10);

    expect(AllEndpointsFailedError.isInstance(call.error)).toBe(true);
    expect(call.error).toMatchObject({ statusCode: 429, attempts: [], isRetryable: false });
  });

  it('is refused at once when it could not be served in time, or when maxWaiting calls wait', async () => {
    const slow = buildRing([{ rpm: 6 }], { maxWaitMs: 5_000 });
    for (let call = 0; call < 6; call++) slow.ask();
    const hopeless = slow.ask();
    const full = buildRing([{ maxConcurrency: 1 }], { maxWaiting: 1 });
    full.endpoints[0].behave(holds([]));
    full.ask();
    full.ask();
    const tooMany = full.ask();
    await happenings();

    expect(hopeless.error).toMatchObject({ statusCode: 429, retryAfterMs: expect.closeTo(10_100, -2) as number });
    expect(String(tooMany.error)).toContain('maxWaiting');
  });

  it('leaves the queue when its caller aborts it, and leaves nothing behind', async () => {
    const { endpoints, ask, inFlight } = buildRing([{ maxConcurrency: 1 }]);
    const held: HeldAttempt[] = [];
    endpoints[0].behave(holds(held));
    ask();
    const controller = new AbortController();
    const call = ask({ abortSignal: controller.signal });
    await happenings();

    controller.abort('enough');
    held[0]?.answer();
    await happenings();

    expect(call.error).toBe('enough');
    expect(endpoints[0].attempts).toHaveLength(1);
    expect(inFlight()).toEqual([0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('outlasts a blackout of 20 s, with hardly any attempt while it lasts', async () => {
    const { endpoints, ask, attempts } = buildRing([{}, {}], { failureThreshold: 1 });
    for (const endpoint of endpoints) endpoint.behave(fails(apiError(503)));
    ask();
    await happenings();
    const before = sum(attempts());

    const calls = Array.from({ length: 100 }, () => ask());
    await pass(20_000);
    const during = sum(attempts()) - before;
    for (const endpoint of endpoints) endpoint.behave(answers());
    await pass(15_000);

    expect(during).toBeLessThan(50);
    expect(calls.filter(({ state }) => state === 'fulfilled').length).toBeGreaterThanOrEqual(95);
  });
});

it('a picker that throws while a call waits ends that call, and nothing else', async () => {
  let isBroken = false;
  const { endpoints, ask, inFlight } = buildRing([{ maxConcurrency: 1 }], {
    loadBalancing: true,
    picker: ({ available: [first] }) => {
      if (isBroken) throw new Error('a bug of the user');
      return first as NonNullable<typeof first>;
    },
  });
  const held: HeldAttempt[] = [];
  endpoints[0].behave(holds(held));
  const first = ask();
  const second = ask();
  await happenings();

  isBroken = true;
  held[0]?.answer();
  await happenings();

  expect(first.state).toBe('fulfilled');
  expect(String(second.error)).toContain('a bug of the user');
  expect(inFlight()).toEqual([0]);
});

describe('while all endpoints are down, a call', () => {
  it('is not given up because its probes failed: it waits for an endpoint to come back', async () => {
    const { endpoints, ask } = buildRing([{}, {}], { failureThreshold: 1 });
    for (const endpoint of endpoints) endpoint.behave(fails(apiError(503)));
    const call = ask();
    await pass(30_000);
    expect(call.state).toBe('pending');

    for (const endpoint of endpoints) endpoint.behave(answers());
    await pass(2_000);
    expect(call.state).toBe('fulfilled');
  });

  it('fails at once with retry.rounds: 1', async () => {
    const { endpoints, ask } = buildRing([{}], { failureThreshold: 1, retry: { rounds: 1 } });
    endpoints[0].behave(fails(apiError(503)));
    const call = ask();
    await happenings();

    expect(call.state).toBe('rejected');
  });
});

describe('with any limits, arrivals and failures,', () => {
  const limits = fc.record({
    rpm: fc.integer({ min: 6, max: 120 }),
    maxConcurrency: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  });
  const arrivals = fc.array(fc.record({ afterMs: fc.nat(2_000), takesMs: fc.nat(3_000), fails: fc.boolean() }), {
    minLength: 1,
    maxLength: 60,
  });

  it('no limit is overrun, each call ends once, and nothing is left in flight', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(limits, { minLength: 1, maxLength: 3 }), arrivals, async (given, coming) => {
        const { endpoints, ask, inFlight } = buildRing(
          given.map(({ rpm, maxConcurrency }) => ({
            rpm,
            ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
          })),
          { loadBalancing: true, failureThreshold: 3, cooldownMs: 500, retry: { rounds: 2, minDelayMs: 10 } },
        );
        const calls: Outcome<unknown>[] = [];
        let most = 0;
        for (const { afterMs, takesMs, fails: isFailing } of coming) {
          const then = isFailing ? fails(apiError(500)) : answers();
          for (const endpoint of endpoints) endpoint.behaveOnce(after(takesMs, then));
          calls.push(ask());
          await pass(afterMs);
          most = Math.max(most, ...inFlight());
        }
        await pass(120_000);

        for (const [index, { rpm, maxConcurrency = Infinity }] of given.entries()) {
          const starts = endpoints[index]?.attempts.map(({ startedAt }) => startedAt) ?? [];
          // A bucket of a minute's worth that refills: never more than its content and what came in meanwhile.
          for (const [from, at] of starts.entries()) {
            for (const [to, until] of starts.entries()) {
              if (to >= from) expect(to - from + 1).toBeLessThanOrEqual(rpm + ((until - at) * rpm) / 60_000 + 1e-6);
            }
          }
          expect(inFlight()[index]).toBeLessThanOrEqual(maxConcurrency);
        }
        expect(calls.every(({ state }) => state !== 'pending')).toBe(true);
        expect(inFlight()).toEqual(given.map(() => 0));
        expect(vi.getTimerCount()).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});

describe('while one deployment is out for long, a call', () => {
  const later = { picker: 'in-order', retry: { rounds: 1 } } as const;

  /** A call that finds the one rate limited and the other busy. */
  async function callBesideABusyOne(busy: Behaviour, settings: Partial<BalancedProviderSettings> = {}) {
    const { endpoints, ask } = buildRing([{}, { maxConcurrency: 1 }], { ...later, ...settings });
    endpoints[0].behave(fails(rateLimit(120)));
    endpoints[1].behave(busy);
    ask();
    await pass(10);
    const call = ask();
    await pass(2_500);
    return call;
  }

  it('waits for another that is only busy', async () => {
    expect(await callBesideABusyOne(after(1_000, answers()))).toMatchObject({ state: 'fulfilled' });
  });

  it('waits for another that is being probed', async () => {
    const { endpoints, ask } = buildRing([{}, {}], { ...later, failureThreshold: 1 });
    endpoints[0].behave(fails(apiError(401)));
    endpoints[1].behave(fails(apiError(500)));
    ask();
    await pass(10_000);
    endpoints[1].behave(after(500, answers()));
    ask();
    await pass(10);

    const call = ask();
    await pass(1_000);

    expect(call.state).toBe('fulfilled');
  });

  it('that gives up names no time, since another may come free before it', async () => {
    const { error } = await callBesideABusyOne(hangs(), { maxWaitMs: 1_000 });

    expect(error).toMatchObject({ statusCode: 429, retryAfterMs: undefined });
  });
});

it('when a call gives up that others waited behind, they have their turn at once', async () => {
  const { endpoints, ask } = buildRing([{ tpm: 60_000 }]);
  endpoints[0].behaveOnce(hangs());
  ask({ maxOutputTokens: 55_000 });
  await pass(100);
  const controller = new AbortController();
  const large = ask({ maxOutputTokens: 15_000, abortSignal: controller.signal });
  const small = ask({ maxOutputTokens: 100 });
  await pass(600);
  expect([large.state, small.state]).toEqual(['pending', 'pending']);

  controller.abort();
  await happenings();

  expect(small.state).toBe('fulfilled');
});

it('a picker that aborts the call that it picks for leaves nothing in flight', async () => {
  const controller = new AbortController();
  let isOn = false;
  const { endpoints, ask, inFlight } = buildRing([{ maxConcurrency: 1 }], {
    loadBalancing: true,
    picker: ({ available: [first] }) => {
      if (isOn) controller.abort('enough');
      return first as NonNullable<typeof first>;
    },
  });
  endpoints[0].behave(after(100, answers()));
  ask();
  await happenings();
  const waiting = ask({ abortSignal: controller.signal });
  isOn = true;
  await pass(1_000);

  expect(waiting.error).toBe('enough');
  expect(inFlight()).toEqual([0]);
});
