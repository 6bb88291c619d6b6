import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type BalancedProvider, createBalancedProvider } from '../../../src/index.ts';
import { Quota, type Reservation } from '../../../src/limits/quota.ts';
import { TokenBucket } from '../../../src/limits/token-bucket.ts';
import type { StatedLimit } from '../../../src/limits/stated-limits.ts';
import { apiError } from '../api-error.ts';
import { after, answers, type Behaviour, fails, FakeEndpoint, prompt } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

/** Asks for an answer of up to so many tokens, all of which are reserved. Really used are two. */
const ask = (balanced: BalancedProvider, maxOutputTokens: number, abortSignal?: AbortSignal) =>
  watch(balanced('m').doGenerate({ prompt, maxOutputTokens, ...(abortSignal && { abortSignal }) }));

/** A deployment with 500 tokens in each second, known from a call a minute ago. From now on it takes a second to answer. */
async function metered(behaviour: Behaviour = answers()) {
  const endpoint = new FakeEndpoint('e0');
  const balanced = createBalancedProvider({ endpoints: [endpoint.settings({ tpm: 30_000 })], retry: { rounds: 1 } });
  ask(balanced, 10);
  await pass(60_000);
  endpoint.behave(after(1_000, behaviour));
  return { endpoint, balanced };
}

describe('a quota of tokens', () => {
  it('counts what the very first call asks for', async () => {
    const endpoint = new FakeEndpoint('e0', after(1_000, answers()));
    const balanced = createBalancedProvider({ endpoints: [endpoint.settings({ tpm: 30_000 })] });

    ask(balanced, 20_000);
    ask(balanced, 20_000);
    await happenings();

    expect(endpoint.attempts).toHaveLength(1);
  });

  it('serves a small call right after one that asked for more than it holds and failed', async () => {
    const { endpoint, balanced } = await metered(fails(apiError(500)));
    ask(balanced, 128_000);
    await pass(1_000);

    endpoint.behave(answers());
    const small = ask(balanced, 100);
    await pass(1_000);

    expect(small.state).toBe('fulfilled');
  });

  it('serves a small call right after one that asked for more than it holds and was aborted', async () => {
    const { endpoint, balanced } = await metered();
    const controller = new AbortController();
    ask(balanced, 128_000, controller.signal);
    await pass(500);

    controller.abort();
    endpoint.behave(answers());
    const small = ask(balanced, 100);
    await pass(1_000);

    expect(small.state).toBe('fulfilled');
  });

  it('serves a call that waits for tokens as soon as another gives back what it did not use', async () => {
    const { endpoint, balanced } = await metered();
    ask(balanced, 25_000);
    ask(balanced, 25_000);

    await pass(1_010);

    expect(endpoint.attempts).toHaveLength(3);
  });
});

const unstated: StatedLimit = { perMinute: undefined, remaining: undefined };

describe('what a service says is left', () => {
  it('counts, whatever was reserved before', () => {
    const quota = new Quota({ tpm: 30_000 }, 'continuous', 0);
    const reservation = quota.reserve(0, 128_000);

    quota.learn(
      1,
      { requests: unstated, tokens: { perMinute: 30_000, remaining: 29_000 }, requestsReset: undefined },
      reservation,
      0,
    );

    expect(quota.availableAt(1, 29_000)).toBeLessThanOrEqual(1);
    expect(quota.availableAt(1, 29_400)).toBeGreaterThan(1);
  });

  it.each(['continuous', 'windows'] as const)('counts when the limit was not known before (%s)', (metering) => {
    const quota = new Quota({ rpm: 600 }, metering, 0);
    const reservation = quota.reserve(0, 1);

    quota.learn(
      0,
      { requests: unstated, tokens: { perMinute: 100_000, remaining: 30_000 }, requestsReset: undefined },
      reservation,
      0,
    );

    expect(quota.missingPart(0)).toBeCloseTo(0.7);
  });

  it('keeps calls away when others have used it up since there was plenty', () => {
    const quota = new Quota({ rpm: 60 }, 'continuous', 0);
    quota.reserve(0, 1);
    const lookedAt = quota.reserve(1_000, 1);
    const nothingLeft = { requests: { perMinute: 60, remaining: 0 }, tokens: unstated, requestsReset: undefined };

    expect(quota.learn(1_000, nothingLeft, lookedAt, 1_000)).toBe('availability');
    expect(quota.availableAt(1_000, 1)).toBeGreaterThan(1_000);
  });

  it('keeps calls away when others have used it up', async () => {
    const answerWith = (remaining: string): Behaviour => ({
      ...answers(),
      generate: async (attempt) => ({
        ...(await answers().generate(attempt)),
        response: { headers: { 'x-ratelimit-limit-requests': '60', 'x-ratelimit-remaining-requests': remaining } },
      }),
    });
    const endpoints = [new FakeEndpoint('e0', answerWith('0')), new FakeEndpoint('e1')] as const;
    endpoints[0].behaveOnce(answerWith('30'));
    const balanced = createBalancedProvider({
      endpoints: endpoints.map((endpoint) => endpoint.settings()),
      loadBalancing: false,
    });

    for (let call = 0; call < 3; call++) {
      ask(balanced, 1);
      await happenings();
    }

    expect(endpoints.map(({ attempts }) => attempts.length)).toEqual([2, 1]);
  });
});

describe('while more than half is left', () => {
  const statement = (requestsLeft: number) => ({
    requests: { perMinute: 600, remaining: requestsLeft },
    tokens: unstated,
    requestsReset: undefined,
  });
  const isLookedAt = (quota: Quota, now: number) => quota.reserve(now, 1)?.wantsNews;

  it('one attempt a second is compared with what its answer says, and each as soon as half is gone', () => {
    const quota = new Quota({}, 'continuous', 0);

    quota.learn(0, statement(500), undefined, 0);
    expect([0, 999, 1_000, 1_001].map((now) => isLookedAt(quota, now))).toEqual([false, false, true, false]);

    quota.learn(1_500, statement(300), quota.reserve(1_500, 1), 1_500);
    expect([1_500, 1_501].map((now) => isLookedAt(quota, now))).toEqual([true, true]);
  });

  it('windows are compared every 50 ms', () => {
    const quota = new Quota({}, 'windows', 0);

    quota.learn(0, statement(500), undefined, 0);
    expect([0, 49, 50].map((now) => isLookedAt(quota, now))).toEqual([false, false, true]);

    quota.learn(60, statement(300), undefined, 50);
    expect(isLookedAt(quota, 60)).toBe(true);
  });

  it('a rejection whose attempt was not looked at says what is left all the same', () => {
    const quota = new Quota({ rpm: 600 }, 'continuous', 0);
    quota.reserve(0, 1);
    const unlooked = quota.reserve(1, 1);

    quota.learn(1_000, statement(0), unlooked, 500);

    // What has come in since it was sent.
    expect(quota.missingPart(1_000) * 600).toBeCloseTo(595);
  });

  it('as much as without looking away is given back, and a call that needs it all gets it', () => {
    const quota = new Quota({ tpm: 30_000 }, 'continuous', 0);
    const reservations = [0, 1, 2].map((now) => quota.reserve(now, 1_000));
    for (const reservation of reservations) if (reservation !== undefined) quota.settle(3, reservation, 100);

    expect(quota.availableAt(3, 29_700)).toBeLessThanOrEqual(3);
    expect(quota.availableAt(3, 29_710)).toBeGreaterThan(3);
  });

  it('what comes in while nothing happens is not lost', () => {
    const quota = new Quota({ rpm: 60, tpm: 60_000 }, 'continuous', 0);
    for (let call = 0; call < 30; call += 1) quota.reserve(0, 1_000);

    expect(quota.missingPart(3_600_000)).toBe(0);
  });

  it('what is given back late is no more than a full bucket holds', () => {
    const quota = new Quota({ tpm: 60_000 }, 'continuous', 0);
    const long = quota.reserve(0, 50_000);
    quota.reserve(120_000, 1);
    if (long !== undefined) quota.settle(120_000, long, 10);
    let sent = 1;
    for (; quota.availableAt(120_000, 1_000) <= 120_000; sent += 1_000) quota.reserve(120_000, 1_000);

    expect(sent).toBeLessThanOrEqual(60_001);
  });

  it('never more is spent than an exact count allows', () => {
    const step = fc.record({
      waitsMs: fc.integer({ min: 0, max: 30_000 }),
      calls: fc.integer({ min: 1, max: 40 }),
      tokens: fc.integer({ min: 1, max: 400 }),
      used: fc.integer({ min: 0, max: 800 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const quota = new Quota({ rpm: 60, tpm: 10_000 }, 'continuous', 0);
        const requests = new TokenBucket(60, 0);
        const tokens = new TokenBucket(10_000, 0);
        const unsettled: { reservation: Reservation; used: number }[] = [];
        let now = 0;
        for (const { waitsMs, calls, tokens: wanted, used } of steps) {
          now += waitsMs;
          for (const { reservation, used: usedThen } of unsettled.splice(0, calls)) {
            quota.settle(now, reservation, usedThen);
            tokens.spend(now, usedThen - reservation.tokens);
          }
          for (let call = 0; call < calls && quota.availableAt(now, wanted) <= now; call += 1) {
            expect(requests.level(now)).toBeGreaterThan(1 - 1e-6);
            expect(tokens.level(now)).toBeGreaterThan(wanted - 1e-6);
            const reservation = quota.reserve(now, wanted);
            requests.spend(now, 1);
            tokens.spend(now, wanted);
            if (reservation !== undefined && call % 2 === 0) unsettled.push({ reservation, used });
          }
        }
      }),
    );
  });
});
