import { getEventListeners } from 'node:events';

import { describe, expect, it, vi } from 'vitest';

import { AllEndpointsFailedError, AttemptTimeoutError, type BalancedProvider } from '../../../src/index.ts';
import { apiError, networkError, rateLimit } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import {
  after,
  answers,
  fails,
  type FakeEndpoint,
  hangs,
  type HeldAttempt,
  holds,
  prompt,
  start,
  streams,
} from '../fake-endpoint.ts';
import { happenings, microtasks, pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

const dead = fails(apiError(500));

/** When each round began: attempts of one round start together here. */
const roundsOf = (endpoints: readonly FakeEndpoint[]) => [
  ...new Set(endpoints.flatMap(({ attempts }) => attempts.map(({ startedAt }) => startedAt))),
];
const waitsOf = (endpoints: readonly FakeEndpoint[]) => {
  const rounds = roundsOf(endpoints).toSorted((a, b) => a - b);
  return rounds.slice(1).map((startedAt, index) => startedAt - (rounds[index] ?? 0));
};

describe('a call that no endpoint answers', () => {
  it('makes three rounds by default, and asks each endpoint once in a round', async () => {
    const { endpoints, ask, attempts } = buildRing([dead, dead, dead, dead]);

    const call = ask();
    await pass(60_000);

    expect(attempts()).toEqual([3, 3, 3, 3]);
    expect(roundsOf(endpoints)).toHaveLength(3);
    expect(call.state).toBe('rejected');
    expect(AllEndpointsFailedError.isInstance(call.error)).toBe(true);
  });

  it('does not wait when it fails over within a round', async () => {
    const { ask, attempts } = buildRing([dead, dead, dead, answers()]);

    const call = ask();
    await happenings();

    expect(call.state).toBe('fulfilled');
    expect(attempts()).toEqual([1, 1, 1, 1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([0, 0.25, 0.999_999])('waits 1 to 2 s, and then 2 to 4 s (chance: %d)', async (chance) => {
    vi.spyOn(Math, 'random').mockReturnValue(chance);
    const { endpoints, ask } = buildRing([dead, dead]);

    ask();
    await pass(60_000);

    const [first = NaN, second = NaN] = waitsOf(endpoints);
    expect(first).toBeCloseTo(1_000 * (1 + chance), -1);
    expect(second).toBeCloseTo(2_000 * (1 + chance), -1);
  });

  it('waits differently each time, so that many calls do not come back together', async () => {
    vi.restoreAllMocks();
    const { endpoints, ask } = buildRing([dead], { failureThreshold: 1_000, retry: { rounds: 2 } });

    for (let call = 0; call < 20; call++) {
      ask();
      await pass(10_000);
    }

    const waits = waitsOf(endpoints).filter((_, index) => index % 2 === 0);
    expect(new Set(waits).size).toBeGreaterThan(10);
    for (const wait of waits) {
      expect(wait).toBeGreaterThanOrEqual(1_000);
      expect(wait).toBeLessThanOrEqual(2_000);
    }
  });

  it('waits as the settings say, up to their maximum', async () => {
    const retry = { rounds: 6, minDelayMs: 100, factor: 3, maxDelayMs: 1_000, jitter: false };
    const { endpoints, ask } = buildRing([dead], { failureThreshold: 1_000, retry });

    ask();
    await pass(60_000);

    expect(waitsOf(endpoints)).toEqual([100, 300, 900, 1_000, 1_000]);
  });

  it('never waits longer than maxDelayMs, jitter included', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999);
    const { endpoints, ask } = buildRing([dead], {
      failureThreshold: 1_000,
      retry: { rounds: 10, minDelayMs: 900, maxDelayMs: 1_000 },
    });

    ask();
    await pass(60_000);

    expect(Math.max(...waitsOf(endpoints))).toBeLessThanOrEqual(1_000);
  });

  it('does not wait after its last round', async () => {
    const { ask } = buildRing([dead], { retry: { rounds: 1 } });

    const call = ask();
    await happenings();

    expect(call.state).toBe('rejected');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends with the answer of a ring that recovered meanwhile', async () => {
    const { endpoints, ask } = buildRing([dead, dead]);
    const call = ask();
    await happenings();

    endpoints[0].behave(answers('healed'));
    await pass(2_001);

    expect(call.state).toBe('fulfilled');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a wait between rounds', () => {
  it('is no longer than a Retry-After that ends sooner', async () => {
    const { endpoints, ask, attempts } = buildRing([dead, dead]);
    endpoints[1].behaveOnce(fails(rateLimit(0.3)));

    ask();
    await pass(350);

    expect(attempts()[1]).toBe(2);
    expect(waitsOf(endpoints)[0]).toBeGreaterThanOrEqual(300);
  });

  it('is no shorter than the first of several Retry-Afters that end sooner', async () => {
    const { endpoints, ask, attempts } = buildRing([answers(), answers()]);
    endpoints[0].behaveOnce(fails(rateLimit(0.7)));
    endpoints[1].behaveOnce(fails(rateLimit(0.4)));

    const call = ask();
    await pass(399);
    expect(attempts()).toEqual([1, 1]);
    await pass(20);

    expect(attempts()).toEqual([1, 2]);
    expect(call.state).toBe('fulfilled');
  });

  it('is followed by no attempt before the time that every endpoint named', async () => {
    const { ask, attempts } = buildRing([fails(rateLimit(60)), fails(rateLimit(90))]);

    ask();
    await pass(59_999);

    expect(attempts()).toEqual([1, 1]);
  });

  it('for a Retry-After of no time at all leads to no more rounds than retry.rounds', async () => {
    const { ask, attempts } = buildRing([fails(rateLimit(0))], { retry: { rounds: 4 } });

    const call = ask();
    await pass(60_000);

    expect(call.state).toBe('rejected');
    expect(attempts()).toEqual([4]);
  });
});

describe('a call is given up at once', () => {
  it.each([
    ['wrong keys everywhere', apiError(401)],
    ['missing deployments everywhere', apiError(404, { error: { code: 'DeploymentNotFound' } })],
    ['accounts without money everywhere', apiError(429, { error: { code: 'insufficient_quota' } })],
  ])('for %s', async (_, error) => {
    const { ask, attempts } = buildRing([fails(error), fails(error), fails(error)]);

    const call = ask();
    await happenings();

    expect(attempts()).toEqual([1, 1, 1]);
    expect(AllEndpointsFailedError.isInstance(call.error)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('for a request that is at fault itself, and no other endpoint is asked', async () => {
    const error = apiError(400);
    const { ask, attempts } = buildRing([fails(error), answers()]);

    const call = ask();
    await happenings();

    expect(call.error).toBe(error);
    expect(attempts()).toEqual([1, 0]);
  });

  it('for a request that every endpoint rejects, after all were asked because of failoverOn', async () => {
    const errors = [1, 2].map(() => apiError(400, { error: { code: 'content_filter' } }));
    const { ask, attempts } = buildRing(
      errors.map((error) => fails(error)),
      { failoverOn: ['content-filter'] },
    );

    const call = ask();
    await happenings();

    expect(attempts()).toEqual([1, 1]);
    expect(errors).toContain(call.error);
  });

  it('but not for a wrong key beside a server that is down and may come back', async () => {
    const { ask, attempts } = buildRing([fails(apiError(401)), dead]);

    ask();
    await pass(60_000);

    expect(attempts()).toEqual([1, 3]);
  });
});

describe('x-should-retry: false', () => {
  it('makes this call not ask that deployment again, but other calls do', async () => {
    const error = apiError(500, { headers: { 'x-should-retry': 'false' } });
    const { ask, attempts } = buildRing([fails(error), dead]);

    ask();
    await pass(60_000);
    expect(attempts()).toEqual([1, 3]);

    ask();
    await happenings();
    expect(attempts()).toEqual([2, 4]);
  });
});

describe('totalTimeoutMs', () => {
  it('ends a wait between rounds when it is over', async () => {
    const { ask } = buildRing([dead], { totalTimeoutMs: 500 });

    const call = ask();
    await pass(499);
    expect(call.state).toBe('pending');
    await pass(1);

    expect(AllEndpointsFailedError.isInstance(call.error)).toBe(true);
    expect(String(call.error)).toContain('totalTimeoutMs');
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['generate', (balanced: BalancedProvider) => watch(balanced('m').doGenerate({ prompt }))],
    ['stream', (balanced: BalancedProvider) => watch(balanced('m').doStream({ prompt }))],
  ])('ends an attempt that hangs and ignores its signal, and no other endpoint is asked (%s)', async (_, begin) => {
    const { endpoints, balanced, attempts } = buildRing([hangs(), answers()], { totalTimeoutMs: 500 });

    const call = begin(balanced);
    await pass(500);

    expect(AllEndpointsFailedError.isInstance(call.error)).toBe(true);
    expect(attempts()).toEqual([1, 0]);
    expect(endpoints[0].attempts[0]?.options.abortSignal?.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is for all attempts together', async () => {
    const slow = after(300, dead);
    const { ask, attempts } = buildRing([slow, slow, slow], { totalTimeoutMs: 500 });

    const call = ask();
    await pass(500);

    expect(call.state).toBe('rejected');
    expect(attempts()).toEqual([1, 1, 0]);
  });

  it('leaves no timer behind a call that was answered', async () => {
    const { ask } = buildRing([answers()], { totalTimeoutMs: 500, timeout: { attemptMs: 400 } });

    const call = ask();
    await happenings();

    expect(call.state).toBe('fulfilled');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('timeout.attemptMs', () => {
  it('lets the next deployment answer when one hangs and ignores its signal', async () => {
    const { endpoints, ask, attempts } = buildRing([hangs(), answers()], { timeout: { attemptMs: 200 } });

    const call = ask();
    await pass(199);
    expect(attempts()).toEqual([1, 0]);
    await pass(1);

    expect(call.state).toBe('fulfilled');
    const reason: unknown = endpoints[0].attempts[0]?.options.abortSignal?.reason;
    expect(AttemptTimeoutError.isInstance(reason)).toBe(true);
    expect(['AbortError', 'TimeoutError']).not.toContain((reason as Error).name);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('counts as a failure of the deployment', async () => {
    const { ask, status } = buildRing([hangs(), answers()], { timeout: { attemptMs: 200 } });

    ask();
    await pass(200);

    expect(status()).toMatchObject({ failures: 1, inFlight: 0 });
  });
});

/** Not an AbortError: a caller may abort with whatever it likes, and must get it back. */
const reasons: readonly (readonly [string, unknown])[] = [
  ['an error of its own', new Error('The caller has left.')],
  ['a TypeError, which p-retry sorts out', new TypeError('fetch failed')],
  ['a string, which p-retry replaces', 'gone'],
  ['undefined, which AbortController makes an AbortError of', undefined],
];

describe('an abort by the caller', () => {
  const began = async (balanced: BalancedProvider, isStream = false) => {
    const controller = new AbortController();
    const options = { prompt, abortSignal: controller.signal };
    const call = isStream ? watch(balanced('m').doStream(options)) : watch(balanced('m').doGenerate(options));
    await happenings();
    return { controller, call };
  };
  const expectNothingLeft = (balanced: BalancedProvider, { signal }: AbortController) => {
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(JSON.stringify(balanced.status())).not.toMatch(/"inFlight":[^0]/);
  };

  it.each(reasons)('during a wait ends it at once, with %s, and leaves nothing behind', async (_, reason) => {
    const { balanced, attempts } = buildRing([dead, dead]);
    const { controller, call } = await began(balanced);
    await pass(500);
    expect(call.state).toBe('pending');

    controller.abort(reason);
    await happenings();

    expect(call.state).toBe('rejected');
    expect(call.error).toBe(controller.signal.reason);
    expectNothingLeft(balanced, controller);
    await pass(60_000);
    expect(attempts()).toEqual([1, 1]);
  });

  it('during a wait for a Retry-After ends it at once, and leaves nothing behind', async () => {
    const { balanced } = buildRing([fails(rateLimit(0.9))]);
    const { controller, call } = await began(balanced);
    await pass(500);

    controller.abort('gone');
    await happenings();

    expect(call.error).toBe('gone');
    expectNothingLeft(balanced, controller);
  });

  it.each([false, true])('during an attempt that ignores it ends the call at once (stream: %s)', async (isStream) => {
    const { balanced, attempts, status } = buildRing([hangs(), answers()]);
    const { controller, call } = await began(balanced, isStream);

    controller.abort('gone');
    await happenings();

    expect(call.error).toBe('gone');
    expectNothingLeft(balanced, controller);
    expect(attempts()).toEqual([1, 0]);
    expect(status()).toMatchObject({ state: 'closed', failures: 0 });
  });

  it.each(reasons)('before the call keeps it from asking any endpoint: %s', async (_, reason) => {
    const { ask, attempts } = buildRing([answers()]);
    const signal = AbortSignal.abort(reason);

    const call = ask({ abortSignal: signal });
    await happenings();

    expect(call.error).toBe(signal.reason);
    expect(attempts()).toEqual([0]);
  });

  it('that comes together with the answer loses no stream: it is returned, or closed', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const { endpoints, balanced, attempts } = buildRing([dead]);
    endpoints[0].behaveOnce(dead, {
      ...streams(start, 'hang'),
      stream: () => held.then((): readonly [typeof start, 'hang'] => [start, 'hang']),
    });
    const { controller, call } = await began(balanced, true);
    await pass(2_001);
    expect(attempts()).toEqual([2]);

    release();
    controller.abort('gone');
    await happenings();

    if (call.state === 'fulfilled') await (call.value as { stream: ReadableStream }).stream.cancel();
    expect(endpoints[0].attempts[1]?.cancelReasons).toHaveLength(1);
    expectNothingLeft(balanced, controller);
  });

  it('that comes after the answer does nothing', async () => {
    const { balanced } = buildRing([answers()]);
    const { controller, call } = await began(balanced);

    controller.abort('gone');
    await happenings();

    expect(call.state).toBe('fulfilled');
    expectNothingLeft(balanced, controller);
  });

  it.each([
    ['answered', answers()],
    ['given up', fails(apiError(401))],
    ['rejected', fails(apiError(400))],
    ['failed over', fails(networkError('ECONNRESET'))],
  ])('is not listened for any more when the call is %s', async (_, behaviour) => {
    const { balanced, ask } = buildRing([behaviour, behaviour], {
      failureThreshold: 1_000,
      retry: { rounds: 1 },
      totalTimeoutMs: 60_000,
    });
    const lasting = new AbortController();

    for (let call = 0; call < 20; call++) ask({ abortSignal: lasting.signal });
    await happenings();

    expectNothingLeft(balanced, lasting);
  });
});

it('an abort at any moment around the end of a round ends the call at once', async () => {
  for (let moment = 0; moment < 40; moment++) {
    const held: HeldAttempt[] = [];
    const { balanced } = buildRing([holds(held)], { retry: { jitter: false, rounds: 4 } });
    const controller = new AbortController();
    const call = watch(balanced('m').doGenerate({ prompt, abortSignal: controller.signal }));
    await happenings();
    held[0]?.fail(apiError(500));
    await pass(1_001);
    held[1]?.fail(apiError(500));

    await microtasks(moment);
    controller.abort('bye');
    await happenings();

    expect([moment, call.state, call.error]).toEqual([moment, 'rejected', 'bye']);
  }
});

it('a call that is only told when to come again is asked again until maxWaitMs, whatever retry.rounds says', async () => {
  const { endpoints, ask } = buildRing([fails(rateLimit(1))], { retry: { rounds: 2 }, maxWaitMs: 10_000 });
  const patient = ask();
  await pass(5_500);
  endpoints[0].behave(answers());

  await pass(2_000);

  expect(patient.state).toBe('fulfilled');
  expect(endpoints[0].attempts.length).toBeGreaterThan(4);
});

it('a call of many rounds without a wait hears that it is aborted', async () => {
  const { endpoints, ask } = buildRing([dead], {
    failureThreshold: 1e9,
    retry: { rounds: 2_000, minDelayMs: 0, maxDelayMs: 0 },
  });
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('left')), 10);

  const call = ask({ abortSignal: controller.signal });
  await pass(20);

  expect(call).toMatchObject({ state: 'rejected', error: { message: 'left' } });
  expect(endpoints[0].attempts.length).toBeLessThan(20);
});
