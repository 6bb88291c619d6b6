import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type BalancedProvider, createBalancedProvider } from '../../../src/index.ts';
import { Budget, type BudgetOptions } from '../../../src/gates/budget.ts';
import { closureOf, type Pass } from '../../../src/gates/gate.ts';
import { Revision } from '../../../src/gates/revision.ts';
import { statedLimits } from '../../../src/limits/stated-limits.ts';
import { TokenBucket } from '../../../src/limits/token-bucket.ts';
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

describe('a deployment with a limit of tokens', () => {
  it('counts what the very first call asks for', async () => {
    const endpoint = new FakeEndpoint('e0', after(1_000, answers()));
    const balanced = createBalancedProvider({ endpoints: [endpoint.settings({ tpm: 30_000 })] });

    ask(balanced, 20_000);
    ask(balanced, 20_000);
    await happenings();

    expect(endpoint.attempts).toHaveLength(1);
  });

  it('serves a small call right after one that asked for more than the limit and failed', async () => {
    const { endpoint, balanced } = await metered(fails(apiError(500)));
    ask(balanced, 128_000);
    await pass(1_000);

    endpoint.behave(answers());
    const small = ask(balanced, 100);
    await pass(1_000);

    expect(small.state).toBe('fulfilled');
  });

  it('serves a small call right after one that asked for more than the limit and was aborted', async () => {
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

describe('a deployment with a limit of tokens is not shut out', () => {
  const started = async (usual: Behaviour, options: Readonly<Record<string, unknown>>) => {
    const endpoint = new FakeEndpoint('e0', usual);
    const balanced = createBalancedProvider({ endpoints: [endpoint.settings({ tpm: 30_000 })] });
    watch(balanced('m').doGenerate({ prompt, ...options }));
    await pass(61_000);
    endpoint.behave(answers());
    for (let call = 0; call < 3; call += 1) watch(balanced('m').doGenerate({ prompt }));
    await happenings();
    return endpoint.attempts.length;
  };
  const using = (tokens: number): Behaviour => ({
    ...answers(),
    generate: async (attempt) => {
      const answer = await answers().generate(attempt);
      const { inputTokens, outputTokens } = answer.usage;
      return {
        ...answer,
        usage: { inputTokens: { ...inputTokens, total: tokens }, outputTokens: { ...outputTokens, total: tokens } },
      };
    },
  });

  it.each([4_294_967_295, 1e308, -1e308, Infinity, Number.NaN])('by an answer that used %d tokens', async (tokens) => {
    expect(await started(using(tokens), {})).toBe(4);
  });

  it.each<[string, Record<string, unknown>]>([
    ['a cap that is no number', { maxOutputTokens: Number.NaN }],
    ['a negative cap', { maxOutputTokens: -1e9 }],
    ['an endless cap', { maxOutputTokens: Infinity }],
    ['a text that is none', { prompt: [{ role: 'user', content: [{ type: 'text', text: 5 }] }] }],
  ])('by a call with %s', async (_, options) => {
    expect(await started(answers(), options)).toBe(4);
  });
});

describe('a deployment whose answers state their limits', () => {
  /** Answers that state a limit of requests, and what is left of it. */
  const stating = (limit: number, remaining: () => number): Behaviour => ({
    ...answers(),
    generate: async (attempt) => ({
      ...(await answers().generate(attempt)),
      response: {
        headers: { 'x-ratelimit-limit-requests': `${limit}`, 'x-ratelimit-remaining-requests': `${remaining()}` },
      },
    }),
  });

  it('gets no more calls when others have used its limit up', async () => {
    const endpoints = [
      new FakeEndpoint(
        'e0',
        stating(60, () => 0),
      ),
      new FakeEndpoint('e1'),
    ] as const;
    endpoints[0].behaveOnce(stating(60, () => 30));
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

  it('gets no more than is configured for it, however much more the service has left', async () => {
    let left = 600;
    const endpoint = new FakeEndpoint(
      'e0',
      stating(600, () => left--),
    );
    const limits = { deployments: { m: { name: 'm', rpm: 60 } } };
    const balanced = createBalancedProvider({ endpoints: [endpoint.settings(limits)] });

    for (let call = 0; call < 100; call++) {
      ask(balanced, 1);
      await happenings();
    }

    expect(endpoint.attempts).toHaveLength(60);
  });
});

const budgetOf = (options: Partial<BudgetOptions>): Budget =>
  new Budget({
    unit: 'requests',
    metering: 'continuous',
    perMinute: undefined,
    isShared: false,
    isLearned: true,
    revision: new Revision(),
    now: 0,
    ...options,
  });

/** What answers state of both limits. */
const stated = (perMinute: number, remaining: number) =>
  statedLimits(
    {
      'x-ratelimit-limit-requests': `${perMinute}`,
      'x-ratelimit-remaining-requests': `${remaining}`,
      'x-ratelimit-limit-tokens': `${perMinute}`,
      'x-ratelimit-remaining-tokens': `${remaining}`,
    },
    0,
  )!;
const succeeds = (tokens?: number) => ({ type: 'success', tokens }) as const;
const rejected = (retryAfterMs?: number) =>
  ({ type: 'failure', failure: { class: 'rate-limited', retryAfterMs } }) as const;

/** How many requests, or calls of one token, a budget lets through now. */
function room(budget: Budget, now: number): number {
  let entered = 0;
  for (; budget.opens(now, 1) === 'now'; entered += 1) budget.enter(now, 1);
  return entered;
}

describe('a budget', () => {
  it('that knows no limit lets everything through', () => {
    const budget = budgetOf({});
    budget.enter(0, 1_000_000);

    expect(budget.opens(0, 1_000_000)).toBe('now');
    expect(closureOf(budget, 0, 1_000_000)).toBeUndefined();
    expect(budget.allowance).toBeUndefined();
  });

  it('says when it opens, and that limits are the reason', () => {
    const budget = budgetOf({ perMinute: 60 });
    room(budget, 0);

    expect(closureOf(budget, 0, 1)).toMatchObject({ reason: 'limits', opens: 1_100 });
  });

  it('lets more than it can ever hold through when it is full, and owes nothing for the rest', () => {
    const budget = budgetOf({ unit: 'tokens', perMinute: 30_000 });

    const huge = budget.enter(0, 128_000);
    huge.settle(succeeds(128_000), 1_000);

    expect(budget.opens(1_000, 450)).toBe('now');
    expect(budget.opens(59_900, 128_000)).toBe(60_100);
  });

  it('has at once what was reserved and not used', () => {
    const budget = budgetOf({ unit: 'tokens', perMinute: 30_000 });
    const passes = [0, 1, 2].map((now) => budget.enter(now, 1_000));
    for (const each of passes) each.settle(succeeds(100), 3);

    expect(budget.opens(3, 29_700)).toBe('now');
    expect(budget.opens(3, 29_710)).not.toBe('now');
  });

  it('gets back no more than it can hold', () => {
    const budget = budgetOf({ unit: 'tokens', perMinute: 60_000 });
    const long = budget.enter(0, 50_000);

    long.settle(succeeds(10), 120_000);

    expect(budget.opens(120_000, 60_000)).toBe('now');
    expect(budget.allowance?.burst(120_000)).toBe(60_000);
  });

  it('gets nothing back where the service charges what is expected', () => {
    const budget = budgetOf({ unit: 'tokens', metering: 'windows', perMinute: 60_000 });
    budget.enter(0, 50_000).settle(succeeds(10), 1_000);

    expect(budget.opens(1_000, 10_001)).not.toBe('now');
  });

  it('that was rejected opens at the time that the service names', () => {
    const budget = budgetOf({ perMinute: 60 });
    const last = Array.from({ length: 61 }, () => budget.enter(0, 1)).at(-1);

    last?.settle(rejected(500), 100);

    expect(budget.opens(100, 1)).toBeCloseTo(600);
  });

  it('that is reset forgets the limit that it has learned, and keeps what was spent of the one configured', () => {
    const budget = budgetOf({ unit: 'requests', perMinute: 60 });
    for (let spent = 0; spent < 30; spent += 1) budget.enter(0, 1);
    budget.enter(0, 1).learnLimits?.(stated(30, 0), 10);
    expect(budget.allowance?.perMinute).toBe(30);

    budget.reset(20);

    expect(budget.allowance?.perMinute).toBe(60);
    expect(budget.allowance?.burst(20)).toBeLessThanOrEqual(30);
  });

  it('that is reset knows no limit any more when it had only learned one', () => {
    const budget = budgetOf({ unit: 'tokens' });
    budget.enter(0, 1).learnLimits?.(stated(6_000, 0), 10);

    budget.reset(20);

    expect(budget.allowance).toBeUndefined();
    expect(budget.opens(20, 1)).toBe('now');
  });
});

describe('a budget that hears what a service says is left', () => {
  it.each(['continuous', 'windows'] as const)(
    'starts with that when its limit was not known before (%s)',
    (metering) => {
      const budget = budgetOf({ unit: 'tokens', metering });

      budget.enter(0, 1).learnLimits?.(stated(100_000, 30_000), 0);

      expect(budget.allowance?.burst(0)).toBeCloseTo(30_000);
    },
  );

  it('has no less than that', () => {
    const budget = budgetOf({ unit: 'tokens', perMinute: 30_000 });

    budget.enter(0, 128_000).learnLimits?.(stated(30_000, 29_000), 1);

    expect(budget.opens(1, 29_000)).toBe('now');
    expect(budget.opens(1, 29_400)).not.toBe('now');
  });

  it('closes, and says so, when others have used up its limit', () => {
    const revision = new Revision();
    const budget = budgetOf({ perMinute: 60, revision });
    const attempt = budget.enter(0, 1);
    const before = revision.count;

    attempt.learnLimits?.(stated(60, 0), 100);

    expect(revision.count).toBeGreaterThan(before);
    expect(budget.opens(100, 1)).not.toBe('now');
  });

  it('corrects the same difference once, however many answers tell of it', () => {
    const budget = budgetOf({ perMinute: 600 });
    const attempts = Array.from({ length: 20 }, () => budget.enter(0, 1));

    // Others have used 100 before these.
    attempts.forEach((attempt, index) => attempt.learnLimits?.(stated(600, 499 - index), 0));

    expect(room(budget, 0)).toBe(480);
  });

  it('takes what the service has not seen yet for no surplus', () => {
    const budget = budgetOf({ perMinute: 600 });
    const attempts = Array.from({ length: 20 }, () => budget.enter(0, 1));

    // The last to be sent arrives first.
    attempts.at(-1)?.learnLimits?.(stated(600, 599), 0);

    expect(room(budget, 0)).toBe(580);
  });

  it('takes a surplus that nothing under way explains', () => {
    const budget = budgetOf({ perMinute: 600 });
    for (let call = 0; call < 100; call++) budget.enter(0, 1).settle(succeeds(), 0);

    budget.enter(0, 1).learnLimits?.(stated(600, 550), 0);

    expect(room(budget, 0)).toBe(550);
  });

  it('owes no more than one window when a limit falls of which much is under way', () => {
    const budget = budgetOf({ unit: 'tokens', perMinute: 2_000_000 });
    const attempts = Array.from({ length: 19 }, () => budget.enter(0, 100_000));

    attempts.at(-1)?.learnLimits?.(stated(30_000, 29_000), 100);

    expect(budget.opens(60_110, 1)).toBe('now');
  });

  it('owes no more than one window however much more than was expected its attempts have used', () => {
    const budget = budgetOf({ unit: 'tokens', perMinute: 30_000 });
    const attempts = Array.from({ length: 20 }, () => budget.enter(0, 1_000));

    for (const attempt of attempts) attempt.settle(succeeds(4_294_967_295), 100);

    expect(budget.opens(60_110, 1)).toBe('now');
  });

  it('believes that no more is left than its limit', () => {
    const budget = budgetOf({ perMinute: 600 });
    const attempts = [budget.enter(0, 1), budget.enter(0, 1)];

    attempts[0]?.learnLimits?.(stated(600, 4_294_967_295), 100);
    attempts[1]?.learnLimits?.(stated(600, 598), 100);

    expect(room(budget, 100)).toBeGreaterThanOrEqual(597);
  });

  it.each(['4294967295', '1000000000', '1e308', '0x10', '0', '-1', 'NaN', ''])(
    'takes a limit of "%s" for none',
    (limit) => {
      const budget = budgetOf({});

      const said = statedLimits({ 'x-ratelimit-limit-requests': limit, 'x-ratelimit-remaining-requests': '5' }, 0);
      if (said !== undefined) budget.enter(0, 1).learnLimits?.(said, 0);

      expect(budget.allowance).toBeUndefined();
    },
  );

  it('takes a lower limit at once, and what is left of it', () => {
    const budget = budgetOf({ perMinute: 600 });
    const attempts = [budget.enter(0, 1), budget.enter(0, 1)];

    attempts.forEach((attempt, index) => attempt.learnLimits?.(stated(60, 59 - index), 0));

    expect(budget.allowance?.perMinute).toBe(60);
    expect(room(budget, 0)).toBe(58);
  });

  it('ignores it for requests in windows, of which the service states what is left of its minute', () => {
    const budget = budgetOf({ metering: 'windows', perMinute: 60 });

    budget.enter(0, 1).learnLimits?.(stated(60, 0), 0);

    expect(room(budget, 0)).toBe(9);
  });

  it('ignores it where deployments share the budget', () => {
    const budget = budgetOf({ isShared: true, isLearned: false, perMinute: 60 });

    budget.enter(0, 1).learnLimits?.(stated(10, 0), 0);

    expect(room(budget, 0)).toBe(59);
  });

  it('goes by the end of a window that is named, also where deployments share the budget', () => {
    const budget = budgetOf({ metering: 'windows', isShared: true, isLearned: false, perMinute: 60 });
    const headers = { 'x-ratelimit-limit-requests': '60', 'x-ratelimit-reset-requests': '2' };
    const endsIn = statedLimits(headers, 5_000)!;
    for (let request = 0; request < 10; request += 1) {
      budget.enter(5_000, 1).learnLimits?.(endsIn, 5_100);
    }

    expect(room(budget, 6_500)).toBe(0);
    expect(room(budget, 7_000)).toBe(10);
  });
});

describe('a budget tells of its changes', () => {
  const watched = (options: Partial<BudgetOptions>) => {
    const revision = new Revision();
    let news = 0;
    revision.onChange(() => (news += 1));
    return { budget: budgetOf({ ...options, revision }), revision, heard: () => news };
  };

  it('when the last of it is spent', () => {
    const { budget, revision } = watched({ perMinute: 2 });
    budget.enter(0, 1);
    expect(revision.count).toBe(0);

    budget.enter(0, 1);

    expect(revision.count).toBe(1);
  });

  it('when it opens again because something is given back', () => {
    const { budget, revision } = watched({ unit: 'tokens', perMinute: 60 });
    const attempt = budget.enter(0, 60);
    const before = revision.count;

    attempt.settle(succeeds(10), 0);

    expect(revision.count).toBeGreaterThan(before);
  });

  it('when it has more room than before, though it was open', () => {
    const { budget, revision, heard } = watched({ unit: 'tokens', perMinute: 60 });
    const attempt = budget.enter(0, 50);

    attempt.settle(succeeds(10), 0);

    expect(revision.count).toBe(0);
    expect(heard()).toBe(1);
  });

  it('when it learns a limit', () => {
    const { budget, revision } = watched({});

    budget.enter(0, 1).learnLimits?.(stated(60, 59), 0);

    expect(revision.count).toBe(1);
  });

  it('when the end of its window is named, and comes sooner than was thought', () => {
    const { budget, revision } = watched({ metering: 'windows', perMinute: 60 });
    const attempts = Array.from({ length: 10 }, () => budget.enter(0, 1));
    const before = revision.count;

    attempts[0]?.learnLimits?.({ ...stated(60, 50), requests: { ...stated(60, 50).requests, resetMs: 3_000 } }, 100);

    expect(revision.count).toBeGreaterThan(before);
    expect(budget.opens(100, 1)).toBe(3_000);
  });
});

it('budgets never let more through than an exact count does', () => {
  const step = fc.record({
    waitsMs: fc.integer({ min: 0, max: 30_000 }),
    calls: fc.integer({ min: 1, max: 40 }),
    tokens: fc.integer({ min: 1, max: 400 }),
    used: fc.integer({ min: 0, max: 800 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const budgets = [budgetOf({ perMinute: 60 }), budgetOf({ unit: 'tokens', perMinute: 10_000 })];
      const requests = new TokenBucket(60, 0);
      const tokens = new TokenBucket(10_000, 0);
      const unsettled: { passes: readonly Pass[]; reserved: number; used: number }[] = [];
      let now = 0;
      for (const { waitsMs, calls, tokens: wanted, used } of steps) {
        now += waitsMs;
        for (const late of unsettled.splice(0, calls)) {
          for (const each of late.passes) each.settle(succeeds(late.used), now);
          tokens.spend(now, late.used - late.reserved);
        }
        for (let call = 0; call < calls && budgets.every((each) => each.opens(now, wanted) === 'now'); call += 1) {
          expect(requests.level(now)).toBeGreaterThan(1 - 1e-6);
          expect(tokens.level(now)).toBeGreaterThan(wanted - 1e-6);
          const passes = budgets.map((each) => each.enter(now, wanted));
          requests.spend(now, 1);
          tokens.spend(now, wanted);
          if (call % 2 === 0) unsettled.push({ passes, reserved: wanted, used });
        }
      }
    }),
  );
});
