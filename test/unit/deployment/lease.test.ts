import { getEventListeners } from 'node:events';

import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

import { type BalancedProvider, type BalancedProviderSettings, createBalancedProvider } from '../../../src/index.ts';
import { apiError, networkError, rateLimit } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { answers, fails, type FakeAttempt, FakeEndpoint, type HeldAttempt, holds, prompt } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

/** A ring whose calls make one round. */
const ringOf: typeof buildRing = (plans, settings) => buildRing(plans, { retry: { rounds: 1 }, ...settings });

describe('a deployment that fails', () => {
  it('is out after the fifth failure in a row, and another one answers meanwhile', async () => {
    const { endpoints, askTimes, status } = ringOf([{}, {}]);
    const [failing] = endpoints;
    failing.behave(fails(apiError(500)));

    for (let call = 0; call < 20; call++) await askTimes(1);

    expect(failing.attempts).toHaveLength(5);
    expect(status()).toMatchObject({ state: 'open', failures: 5, inFlight: 0 });
  });

  it('is probed by exactly one call when its cooldown is over, however many calls there are', async () => {
    const { endpoints, askTimes } = ringOf([{}, {}], { failureThreshold: 1, cooldownMs: 1_000 });
    const [failing] = endpoints;
    failing.behaveOnce(fails(apiError(500)));
    await askTimes(1);
    const held: HeldAttempt[] = [];
    failing.behave(holds(held));
    await pass(999);
    await askTimes(10);
    expect(held).toHaveLength(0);

    await pass(1);
    await askTimes(50);
    await pass(30_000);
    await askTimes(50);
    expect(held).toHaveLength(1);

    held[0]?.answer();
    await happenings();
    await askTimes(10);
    // Its five, and what is made up for of the turns that it has missed.
    expect(held.length).toBeGreaterThanOrEqual(6);
  });

  it('is out for another whole cooldown when the probe fails', async () => {
    const { endpoints, askTimes } = ringOf([{}, {}], { failureThreshold: 1, cooldownMs: 1_000 });
    const [failing] = endpoints;
    failing.behave(fails(apiError(500)));
    await askTimes(1);
    await pass(1_000);
    await askTimes(5);

    await pass(999);
    await askTimes(5);
    expect(failing.attempts).toHaveLength(2);
    await pass(1);
    await askTimes(5);
    expect(failing.attempts).toHaveLength(3);
  });

  it('has its share of the calls again within 15 s of its recovery, by the default settings', async () => {
    const { endpoints, askTimes } = ringOf([{}, {}], { loadBalancing: true });
    const [failing, healthy] = endpoints;
    failing.behave(fails(apiError(500)));
    for (let second = 0; second < 120; second++) {
      await askTimes(4);
      await pass(1_000);
    }

    failing.behave(answers());
    for (let second = 0; second < 15; second++) {
      await askTimes(4);
      await pass(1_000);
    }
    const before = [failing.attempts.length, healthy.attempts.length];
    await askTimes(20);

    expect([failing.attempts.length - (before[0] ?? 0), healthy.attempts.length - (before[1] ?? 0)]).toEqual([10, 10]);
  });

  it('does not count the rejection of a bad request as a failure', async () => {
    const { endpoints, askTimes, status } = ringOf([{}], { failureThreshold: 1 });
    endpoints[0].behave(fails(apiError(400)));

    const calls = [...(await askTimes(3)), ...(await askTimes(3))];

    expect(calls.every(({ error }) => (error as { statusCode?: number }).statusCode === 400)).toBe(true);
    expect(status()).toMatchObject({ state: 'closed', failures: 0, inFlight: 0 });
  });

  it('does not count a rate limit as a failure', async () => {
    const { endpoints, askTimes, status } = ringOf([{}, {}], { failureThreshold: 1 });
    endpoints[0].behaveOnce(fails(rateLimit(7)));

    await askTimes(1);

    expect(status()).toMatchObject({ state: 'closed', failures: 0, rateLimitedMs: 7_000 });
  });

  it('has no attempt in flight for ever when classifyFailure throws', async () => {
    const { endpoints, askTimes, status } = ringOf([{}, {}], {
      classifyFailure: () => {
        throw new Error('a bug of the user');
      },
    });
    endpoints[0].behave(fails(apiError(500)));

    const [call] = await askTimes(1);
    await pass(1);

    expect(call?.state).not.toBe('pending');
    expect(status()?.inFlight).toBe(0);
  });
});

describe('a failure of a whole endpoint', () => {
  it.each([
    ['wrong credentials', apiError(401), 'misconfigured'],
    ['a closed door', apiError(403, { error: { code: '403' } }), 'misconfigured'],
    ['a refused connection', networkError('ECONNREFUSED'), 'retryable'],
    ['an unknown host', networkError('ENOTFOUND'), 'retryable'],
  ] as const)('takes out all deployments of it: %s', async (_, error, failureClass) => {
    const { endpoints, balanced, askTimes } = ringOf([{}, {}], { failureThreshold: 1 });
    const cooldowns: unknown[] = [];
    balanced.on('cooldown', (event) => void cooldowns.push([event.endpoint, event.deployment, event.class]));
    endpoints[0].behave(fails(error));

    await askTimes(1, { modelId: 'a' });
    await askTimes(1, { modelId: 'b' });

    expect(endpoints[0].attempts).toHaveLength(1);
    expect(cooldowns).toEqual([['e0', undefined, failureClass]]);
    expect(balanced.status().endpoints[0]?.state).toBe('open');
  });

  it('is counted over all deployments of it', async () => {
    const { endpoints, askTimes } = ringOf([{}, {}], { failureThreshold: 3 });
    endpoints[0].behave(fails(networkError('ECONNREFUSED')));

    for (const modelId of ['a', 'b', 'c', 'd']) await askTimes(1, { modelId });

    expect(endpoints[0].attempts).toHaveLength(3);
  });

  it('is followed by one probe, whichever of its models is asked for', async () => {
    const { endpoints, askTimes } = ringOf([{}, {}], { failureThreshold: 1, cooldownMs: 1_000 });
    endpoints[0].behaveOnce(fails(networkError('ECONNREFUSED')));
    await askTimes(1, { modelId: 'a' });
    const held: HeldAttempt[] = [];
    endpoints[0].behave(holds(held));

    await pass(1_000);
    for (const modelId of ['a', 'b', 'c']) await askTimes(5, { modelId });
    expect(held).toHaveLength(1);

    held[0]?.answer();
    await happenings();
    for (const modelId of ['a', 'b', 'c']) await askTimes(1, { modelId });
    expect(held).toHaveLength(4);
  });
});

describe('a failure of one deployment', () => {
  it.each([
    ['server errors', apiError(500)],
    ['a missing deployment', apiError(404, { error: { code: 'DeploymentNotFound' } })],
    ['a rate limit', rateLimit(60)],
    ['a reset connection', networkError('ECONNRESET')],
  ])('takes out no other deployment of the endpoint: %s', async (_, error) => {
    const { endpoints, askTimes } = ringOf([{}, {}], { failureThreshold: 1 });
    endpoints[0].behaveOnce(fails(error));

    await askTimes(1, { modelId: 'a' });
    await askTimes(1, { modelId: 'a' });
    expect(endpoints[0].attempts).toHaveLength(1);

    await askTimes(1, { modelId: 'b' });
    expect(endpoints[0].attempts).toHaveLength(2);
  });

  it('takes it out at once and for ten minutes when it is missing', async () => {
    const { endpoints, askTimes } = ringOf([{}, {}]);
    endpoints[0].behaveOnce(fails(apiError(404, { error: { code: 'DeploymentNotFound' } })));
    await askTimes(1);

    await pass(599_000);
    await askTimes(5);
    expect(endpoints[0].attempts).toHaveLength(1);

    await pass(1_001);
    await askTimes(1);
    await askTimes(5);
    expect(endpoints[0].attempts).toHaveLength(7);
  });

  it('is shared by all language APIs, since they share a quota', async () => {
    const { endpoints, balanced, askTimes, attempts } = ringOf([{}, {}]);
    endpoints[0].behaveOnce(fails(rateLimit(60)));

    await askTimes(1);
    void balanced.chat('m').doStream({ prompt });
    await happenings();

    expect(attempts()).toEqual([1, 2]);
  });
});

describe('while all deployments are out,', () => {
  it('the one whose cooldown ends first is probed early, by one call at a time', async () => {
    const { endpoints, balanced, askTimes, attempts, status } = ringOf([{}, {}, {}], {
      failureThreshold: 1,
      cooldownMs: 600_000,
      retry: { rounds: 1 },
    });
    for (const endpoint of endpoints.toReversed()) {
      // One after the other, so that the last is due soonest.
      const others = endpoints.filter((other) => other !== endpoint);
      endpoint.behave(fails(apiError(500)));
      for (const other of others) other.behave(fails(rateLimit(0.001)));
      await askTimes(1);
      await pass(1_000);
    }
    const held: HeldAttempt[] = [];
    endpoints[2].behave(holds(held));
    expect(balanced.status().endpoints.map(({ deployments: [deployment] }) => deployment?.state)).toEqual([
      'open',
      'open',
      'open',
    ]);
    const before = attempts();

    const calls = await askTimes(5);

    expect(held).toHaveLength(1);
    expect(attempts().slice(0, 2)).toEqual(before.slice(0, 2));
    held[0]?.answer();
    await happenings();
    expect(calls.some(({ state }) => state === 'fulfilled')).toBe(true);
    expect(status(2)?.state).toBe('closed');
  });

  it('a rate-limited one is not asked before the time it named', async () => {
    const { endpoints, askTimes, attempts } = ringOf([{}, {}], { failureThreshold: 1, cooldownMs: 600_000 });
    endpoints[0].behave(fails(rateLimit(60)));
    endpoints[1].behave(fails(rateLimit(90)));
    await askTimes(1);

    for (let second = 0; second < 59; second++) {
      await pass(1_000);
      await askTimes(1);
    }
    expect(attempts()).toEqual([1, 1]);

    await pass(1_000);
    await askTimes(1);
    expect(attempts()).toEqual([2, 1]);
  });
});

describe('a probe that ends after an older attempt', () => {
  /** One deployment with two attempts under way. */
  async function twoUnderWay() {
    const { endpoints, askTimes, status } = ringOf([{}], { failureThreshold: 1, cooldownMs: 5_000 });
    const held: HeldAttempt[] = [];
    endpoints[0].behave(holds(held));
    await askTimes(2);
    const end = async (index: number, error?: unknown) => {
      if (error === undefined) held[index]?.answer();
      else held[index]?.fail(error);
      await happenings();
    };
    return { askTimes, status, held, end };
  }

  it('which was rate limited lets no calls in before that limit ends', async () => {
    const { askTimes, status, held, end } = await twoUnderWay();
    await end(0, rateLimit(1));
    await pass(1_000);
    await askTimes(1);
    expect(held).toHaveLength(3);

    await end(1, rateLimit(60));
    await end(2);
    await askTimes(3);

    expect(held).toHaveLength(3);
    expect(status()?.rateLimitedMs).toBe(60_000);
  });

  it('which failed makes no room for a second probe beside the next one', async () => {
    const { askTimes, status, end } = await twoUnderWay();
    await end(0, apiError(500));
    await pass(5_000);
    await askTimes(1);
    await end(1, apiError(404, { error: { code: 'DeploymentNotFound' } }));
    await pass(600_000);
    await askTimes(1);

    // The first probe ends without a result, while the second is still out.
    await end(2, rateLimit(0));
    await askTimes(5);
    await pass(100);

    expect(status()?.inFlight).toBe(1);
  });
});

describe('a caller’s deadline', () => {
  const silentRing = async (failureThreshold = 3) => {
    const { endpoints, ask, askTimes, status } = ringOf([{}, {}], { failureThreshold, cooldownMs: 600_000 });
    for (let call = 0; call < 30; call++) await askTimes(1);
    const held: HeldAttempt[] = [];
    endpoints[0].behave(holds(held));
    /** A call that its caller ends after so long. */
    const deadline = async (afterMs: number, name = 'TimeoutError') => {
      const controller = new AbortController();
      ask({ abortSignal: controller.signal });
      await pass(afterMs);
      controller.abort(new DOMException('The caller has waited long enough.', name));
      await happenings();
    };
    return { ask, status, held, deadline };
  };

  it('takes out a deployment that was far too silent at failureThreshold deadlines in a row', async () => {
    const { status, held, deadline } = await silentRing();

    for (let call = 0; call < 6; call++) await deadline(30_000);

    expect(held).toHaveLength(3);
    expect(status()?.state).toBe('open');
  });

  it('that is short is no failure of the deployment', async () => {
    const { status, held, deadline } = await silentRing();

    for (let call = 0; call < 6; call++) await deadline(100);

    expect([held.length, status()?.failures]).toEqual([6, 0]);
  });

  it('is no failure of the deployment when it was an abort and no timeout', async () => {
    const { status, held, deadline } = await silentRing();

    for (let call = 0; call < 6; call++) await deadline(30_000, 'AbortError');

    expect([held.length, status()?.failures]).toEqual([6, 0]);
  });

  it('is counted in a row: an answer in between starts the count anew', async () => {
    const { ask, held, deadline } = await silentRing();

    for (let turn = 0; turn < 4; turn++) {
      await deadline(30_000);
      await deadline(30_000);
      const call = ask();
      await happenings();
      held.at(-1)?.answer();
      await happenings();
      expect(call.state).toBe('fulfilled');
    }

    expect(held).toHaveLength(12);
  });
});

/*
 * Random calls, answers, failures, aborts and waits against a model of what may happen. It knows nothing of how health is
 * kept: it sees when attempts start, and the events.
 */

type Step =
  | { readonly do: 'call'; readonly isStream: boolean }
  | { readonly do: 'answer'; readonly which: number }
  | {
      readonly do: 'fail';
      readonly which: number;
      readonly how: 'server' | 'network' | 'key' | 'request' | 'deployment';
    }
  | { readonly do: 'limit'; readonly which: number; readonly afterMs: number | undefined }
  | { readonly do: 'abort'; readonly which: number }
  | { readonly do: 'wait'; readonly ms: number };

const which = fc.nat({ max: 20 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('call' as const), isStream: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('answer' as const), which }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      which,
      how: fc.constantFrom(
        'server' as const,
        'network' as const,
        'key' as const,
        'request' as const,
        'deployment' as const,
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('limit' as const),
      which,
      afterMs: fc.constantFrom(undefined, 0, 10, 500, 1_000, 5_000, 60_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abort' as const), which }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 100, 999, 1_000, 2_500, 60_000) }),
  },
);

const errors = {
  server: () => apiError(500),
  network: () => networkError('ECONNREFUSED'),
  key: () => apiError(401),
  request: () => apiError(400),
  deployment: () => apiError(404, { error: { code: 'DeploymentNotFound' } }),
};

/** One attempt at a fake deployment, as the model sees it. */
interface OpenAttempt extends HeldAttempt {
  readonly endpoint: number;
  readonly call: number;
  /** How many cooldowns its deployment had seen when it started. */
  readonly cooldownsBefore: number;
  isOpen: boolean;
}

class World {
  readonly open: OpenAttempt[] = [];
  readonly signals: AbortController[] = [];
  readonly complaints: string[] = [];
  readonly balanced: BalancedProvider;
  /** By endpoint: no attempt before this time. */
  readonly #limitedUntil: number[] = [];
  readonly #cooldowns: number[] = [];
  /** Whether the last cooldown, or rate limit, has not been followed by a good answer. */
  readonly #isCooling: boolean[] = [];

  constructor(size: number, settings: Partial<BalancedProviderSettings>) {
    const names = Array.from({ length: size }, (_, index) => `e${index}`);
    for (const list of [this.#limitedUntil, this.#cooldowns]) list.push(...names.map(() => 0));
    this.#isCooling.push(...names.map(() => false));
    const endpoints = names.map((name, index) => {
      const endpoint = new FakeEndpoint(name);
      endpoint.behave({
        generate: (attempt) => this.#begin(index, attempt).then(() => answers().generate(attempt)),
        stream: (attempt) => this.#begin(index, attempt).then(() => answers().stream(attempt)),
      });
      return endpoint.settings();
    });
    this.balanced = createBalancedProvider({ endpoints, ...settings });
    this.balanced.on('cooldown', ({ endpoint }) => {
      const index = names.indexOf(endpoint);
      this.#cooldowns[index] = (this.#cooldowns[index] ?? 0) + 1;
      this.#isCooling[index] = true;
    });
    // Of a limit that names no time, only the event tells how long it is.
    this.balanced.on('rateLimited', ({ endpoint, retryAfterMs }) => {
      this.#limitedFor(names.indexOf(endpoint), retryAfterMs);
    });
    this.balanced.on('recovered', ({ endpoint }) => {
      this.#isCooling[names.indexOf(endpoint)] = false;
    });
  }

  #begin(endpoint: number, { options }: FakeAttempt): Promise<void> {
    const now = performance.now();
    const cooldownsBefore = this.#cooldowns[endpoint] ?? 0;
    const until = this.#limitedUntil[endpoint] ?? 0;
    if (now < until) this.complaints.push(`e${endpoint} was asked ${until - now} ms before its rate limit ended`);
    const sameCooldown = this.open.filter(
      (other) => other.isOpen && other.endpoint === endpoint && other.cooldownsBefore === cooldownsBefore,
    );
    if (this.#isCooling[endpoint] && sameCooldown.length > 0) this.complaints.push(`e${endpoint} had two probes`);
    return new Promise((resolve, reject) => {
      this.open.push({
        endpoint,
        call: Number(options.headers?.['x-call']),
        cooldownsBefore,
        isOpen: true,
        answer: resolve,
        fail: reject,
      });
    });
  }

  #pick(index: number): OpenAttempt | undefined {
    const open = this.open.filter(({ isOpen }) => isOpen);
    return open[index % Math.max(1, open.length)];
  }

  async take(action: Step): Promise<void> {
    switch (action.do) {
      case 'call':
        this.#call(action.isStream);
        break;
      case 'answer': {
        const attempt = this.#pick(action.which);
        if (attempt === undefined) return;
        attempt.isOpen = false;
        attempt.answer();
        break;
      }
      case 'fail': {
        const attempt = this.#pick(action.which);
        if (attempt === undefined) return;
        attempt.isOpen = false;
        attempt.fail(errors[action.how]());
        break;
      }
      case 'limit': {
        const attempt = this.#pick(action.which);
        if (attempt === undefined) return;
        attempt.isOpen = false;
        this.#limit(attempt, action.afterMs);
        break;
      }
      case 'abort': {
        const call = action.which % Math.max(1, this.signals.length);
        // What comes back from an attempt whose call was aborted counts for nothing.
        for (const attempt of this.open) if (attempt.call === call) attempt.isOpen = false;
        this.signals[call]?.abort();
        break;
      }
      case 'wait':
        await pass(action.ms);
        break;
    }
    await happenings();
  }

  #limit(attempt: OpenAttempt, afterMs: number | undefined): void {
    const { endpoint } = attempt;
    if (afterMs === undefined) {
      attempt.fail(apiError(429));
      return;
    }
    this.#limitedFor(endpoint, afterMs);
    attempt.fail(apiError(429, { headers: { 'retry-after-ms': String(afterMs) } }));
  }

  #limitedFor(endpoint: number, durationMs: number): void {
    this.#limitedUntil[endpoint] = Math.max(this.#limitedUntil[endpoint] ?? 0, performance.now() + durationMs);
  }

  #call(isStream: boolean): void {
    const controller = new AbortController();
    const headers = { 'x-call': String(this.signals.length) };
    this.signals.push(controller);
    const model = this.balanced('m');
    const options = { prompt, headers, abortSignal: controller.signal };
    if (isStream) {
      watch(
        model.doStream(options).then(async ({ stream }) => {
          for await (const _ of stream);
        }),
      );
    } else {
      watch(model.doGenerate(options));
    }
  }

  get inFlight(): readonly number[] {
    return this.balanced.status().endpoints.map(({ deployments: [deployment] }) => deployment?.inFlight ?? 0);
  }

  get openByEndpoint(): readonly number[] {
    return this.balanced
      .status()
      .endpoints.map((_, index) => this.open.filter(({ isOpen, endpoint }) => isOpen && endpoint === index).length);
  }
}

describe('in any order of calls, answers, failures, aborts and waits,', () => {
  const steps = (arbitrary: fc.Arbitrary<Step>) => fc.array(arbitrary, { maxLength: 60, size: 'max' });
  const worlds = fc.record({
    size: fc.integer({ min: 1, max: 3 }),
    loadBalancing: fc.boolean(),
    failureThreshold: fc.integer({ min: 1, max: 3 }),
    cooldownMs: fc.constantFrom(undefined, 1_000, 60_000),
    rounds: fc.integer({ min: 1, max: 3 }),
  });
  const live = async (
    { size, rounds, ...settings }: typeof worlds extends fc.Arbitrary<infer Value> ? Value : never,
    taken: readonly Step[],
    look: (world: World, action: Step) => void,
  ) => {
    vi.clearAllTimers();
    const world = new World(size, { ...settings, retry: { rounds } });
    for (const action of taken) {
      await world.take(action);
      look(world, action);
    }
    for (const controller of world.signals) controller.abort();
    await happenings();
    expect(world.inFlight.every((count) => count === 0)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    for (const { signal } of world.signals) expect(getEventListeners(signal, 'abort')).toEqual([]);
  };

  it('no attempt starts before a rate limit ends, and no deployment has two probes', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, steps(step), (given, taken) =>
        live(given, taken, ({ complaints }) => expect(complaints).toEqual([])),
      ),
      { numRuns: 250 },
    );
  });

  it('counts of attempts in flight are right, and end at zero', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, steps(step), (given, taken) =>
        live(given, taken, (world) => expect(world.inFlight).toEqual(world.openByEndpoint)),
      ),
      { numRuns: 100 },
    );
  });
});
