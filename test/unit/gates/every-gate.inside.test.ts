import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type Clock, systemClock } from '../../../src/clock.ts';
import { Budget, type BudgetOptions } from '../../../src/gates/budget.ts';
import { type BreakerOptions, CircuitBreaker } from '../../../src/gates/circuit-breaker.ts';
import { Concurrency } from '../../../src/gates/concurrency.ts';
import { CredentialsGate } from '../../../src/gates/credentials-gate.ts';
import { Drain } from '../../../src/gates/drain.ts';
import type { Failure } from '../../../src/failure/failure.ts';
import { closureOf, type Gate, type Pass } from '../../../src/gates/gate.ts';
import type { Opening } from '../../../src/gates/opening.ts';
import type { Outcome } from '../../../src/gates/outcome.ts';
import { RateLimit } from '../../../src/gates/rate-limit.ts';
import { Revision } from '../../../src/gates/revision.ts';
import { statedLimits } from '../../../src/limits/stated-limits.ts';

/** No cooldown, rate limit or window of the gates below lasts longer. */
const LONGEST_MS = 130_000;
const TOKENS = [1, 1_000, 1e9] as const;

interface World {
  now: number;
  readonly clock: Clock;
  readonly revision: Revision;
}

interface Kind {
  readonly make: (world: World) => Gate;
  /** Whether it is closed until a hand opens it. */
  readonly isByHand?: boolean;
  /** What closes it until a probe has found out that it may open. */
  readonly closedBy?: Failure;
}

const breaker =
  (scope: BreakerOptions['scope']): Kind['make'] =>
  ({ clock, revision }) =>
    new CircuitBreaker({
      scope,
      clock,
      revision,
      settings: {
        failureThreshold: 2,
        cooldown: { initialMs: 5_000, factor: 2, maxMs: 60_000, jitter: true },
        misconfiguredCooldownMs: 100_000,
      },
      onTrip: () => undefined,
    });

const rateLimit =
  (isPaced: boolean): Kind['make'] =>
  (world) =>
    new RateLimit({ ...world, maxRateLimitMs: 90_000, isPaced: () => isPaced, onTrip: () => undefined });

const budget =
  (options: Partial<BudgetOptions>): Kind['make'] =>
  ({ revision, now }) =>
    new Budget({
      unit: 'requests',
      metering: 'continuous',
      perMinute: 6,
      isShared: false,
      isLearned: true,
      revision,
      now,
      ...options,
    });

const drained: Kind['make'] = ({ revision }) => {
  const gate = new Drain(revision);
  void gate.close(0);
  return gate;
};

const KINDS: Readonly<Record<string, Kind>> = {
  'a drain that is open': { make: ({ revision }) => new Drain(revision) },
  'a drain that is closed': { make: drained, isByHand: true },
  'a gate of credentials that are there': { make: () => new CredentialsGate({ isSkipped: false }) },
  'a gate of credentials that are missing': { make: () => new CredentialsGate({ isSkipped: true }), isByHand: true },
  'a breaker of a deployment': { make: breaker('deployment'), closedBy: { class: 'misconfigured' } },
  'a breaker of an endpoint': { make: breaker('endpoint'), closedBy: { class: 'misconfigured', scope: 'endpoint' } },
  'a rate limit': { make: rateLimit(false), closedBy: { class: 'rate-limited' } },
  'a rate limit beside budgets': { make: rateLimit(true) },
  'a concurrency of one': { make: ({ revision }) => new Concurrency(1, revision) },
  'a concurrency of three': { make: ({ revision }) => new Concurrency(3, revision) },
  'a concurrency without limit': { make: ({ revision }) => new Concurrency(undefined, revision) },
  'a budget of requests': { make: budget({}) },
  'a budget of requests in windows': { make: budget({ metering: 'windows' }) },
  'a budget of tokens': { make: budget({ unit: 'tokens', perMinute: 5_000 }) },
  'a budget of tokens in windows': { make: budget({ unit: 'tokens', perMinute: 5_000, metering: 'windows' }) },
  'a budget of requests that is shared': { make: budget({ isShared: true, isLearned: false }) },
  'a budget of tokens that is shared': {
    make: budget({ unit: 'tokens', perMinute: 5_000, isShared: true, isLearned: false }),
  },
  'a budget of requests that is not known': { make: budget({ perMinute: undefined }) },
  'a budget of tokens that is not known': { make: budget({ unit: 'tokens', perMinute: undefined }) },
  'a budget of tokens in windows that is not known': {
    make: budget({ unit: 'tokens', perMinute: undefined, metering: 'windows' }),
  },
};

const worldAt = (now: number): World => {
  const world: World = { now, revision: new Revision(), clock: { ...systemClock, now: () => world.now } };
  return world;
};

/** An attempt under way, as a lease leads it. */
interface Attempt {
  readonly pass: Pass | undefined;
  readonly startedAt: number;
  hasContent: boolean;
}

/** A gate that is led as leases lead it, and is looked at after each step. */
class Walk {
  readonly world = worldAt(1_000);
  readonly gate: Gate;
  readonly #kind: Kind;
  #attempts: Attempt[] = [];
  /** The attempt that everything else waits for. */
  #probe: Attempt | undefined;

  constructor(kind: Kind) {
    this.#kind = kind;
    this.gate = kind.make(this.world);
  }

  opens(tokens = 1): Opening {
    return this.gate.opens(this.world.now, tokens);
  }

  enter(tokens: number): void {
    const opens = this.opens(tokens);
    const isEarly = typeof opens === 'number' && this.gate.allowsEarlyProbe === true;
    // What the tests close by hand is entered as by a call that has to go there.
    if (opens !== 'now' && !isEarly && opens !== 'by-hand') return;
    const pass = this.#step(() => this.gate.enter(this.world.now, tokens));
    const attempt = { pass, startedAt: this.world.now, hasContent: false };
    this.#attempts.push(attempt);
    if (this.#kind.closedBy !== undefined && this.opens() === 'on-event') this.#probe = attempt;
    this.#look();
  }

  content(index: number): void {
    this.#with(index, (attempt) => this.#content(attempt));
  }

  learnLimits(index: number, headers: Readonly<Record<string, string>>): void {
    const stated = statedLimits(headers, 0);
    if (stated === undefined) return;
    this.#with(index, ({ pass }) => this.#step(() => pass?.learnLimits?.(stated, this.world.now)));
  }

  hang(index: number): void {
    this.#with(index, (attempt) => {
      // A probe that is given up is waited for no more.
      if (this.#probe === attempt && attempt.pass?.hang !== undefined) this.#probe = undefined;
      this.#step(() => attempt.pass?.hang?.());
    });
  }

  settle(index: number, outcome: Outcome): void {
    this.#with(index, (attempt) => {
      if (outcome.type === 'success') this.#content(attempt);
      if (this.#probe === attempt) this.#probe = undefined;
      this.#attempts = this.#attempts.filter((each) => each !== attempt);
      this.#step(() => attempt.pass?.settle(outcome, this.world.now));
    });
  }

  reset(): void {
    this.#probe = undefined;
    this.#step(() => this.gate.reset?.(this.world.now));
  }

  pass(durationMs: number): void {
    this.world.now += durationMs;
    this.#look();
  }

  settleAll(outcome: Outcome): void {
    while (this.#attempts.length > 0) this.settle(0, outcome);
  }

  #content(attempt: Attempt): void {
    if (attempt.hasContent) return;
    attempt.hasContent = true;
    if (this.#probe === attempt) this.#probe = undefined;
    this.#step(() => attempt.pass?.content?.());
  }

  #with(index: number, act: (attempt: Attempt) => void): void {
    const attempt = this.#attempts[index % Math.max(1, this.#attempts.length)];
    if (attempt === undefined) return;
    act(attempt);
    this.#look();
  }

  /** What opens or closes a gate now, or moves the time at which it opens, is counted. */
  #step<Result>(act: () => Result): Result {
    const { revision } = this.world;
    const before = { opens: this.opens(), count: revision.count };
    const result = act();
    if (this.opens() !== before.opens) expect(revision.count).toBeGreaterThan(before.count);
    return result;
  }

  #look(): void {
    for (const tokens of TOKENS) {
      const opens = this.opens(tokens);
      const closure = closureOf(this.gate, this.world.now, tokens);
      if (opens === 'now') expect(closure).toBeUndefined();
      else expect(closure?.opens).toBe(opens);
      if (typeof opens !== 'number') continue;
      expect(opens).toBeGreaterThan(this.world.now);
      expect(opens).toBeLessThanOrEqual(this.world.now + LONGEST_MS);
    }
    if (this.#probe !== undefined) expect(this.opens()).toBe('on-event');
    expect(this.#attempts.filter(({ pass }) => pass?.isProbe === true).length).toBeLessThanOrEqual(1);
  }
}

const FAILURES = (
  ['retryable', 'rate-limited', 'quota-exhausted', 'misconfigured', 'rejected', 'aborted'] as const
).flatMap((failureClass) =>
  ([undefined, 'deployment', 'endpoint'] as const).map((scope) => ({ class: failureClass, scope })),
);

const outcomes: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({
    type: fc.constant('success' as const),
    tokens: fc.constantFrom(undefined, 0, 1, 900, 2_000_000, 4_294_967_295, Number.MAX_VALUE),
  }),
  fc.record({
    type: fc.constant('failure' as const),
    failure: fc
      .tuple(fc.constantFrom(...FAILURES), fc.constantFrom(undefined, 0, 20, 30_000, 1e12))
      .map(([failure, retryAfterMs]) => ({ ...failure, retryAfterMs })),
  }),
  fc.constant({ type: 'none' as const }),
);

const figures = fc.constantFrom(
  '0',
  '1',
  '5',
  '29000',
  '30000',
  '2000000',
  '4294967295',
  '1e308',
  '-1',
  'NaN',
  '0x10',
  '',
  '1.5',
);
const headers = fc
  .tuple(figures, figures, fc.constantFrom('0', '1', '7', '1s', '4294967295'))
  .map(([limit, remaining, reset]) => ({
    'x-ratelimit-limit-requests': limit,
    'x-ratelimit-remaining-requests': remaining,
    'x-ratelimit-reset-requests': reset,
    'x-ratelimit-limit-tokens': limit,
    'x-ratelimit-remaining-tokens': remaining,
    'x-ratelimit-reset-tokens': reset,
  }));

const index = fc.nat(20);
type Step = (walk: Walk) => void;
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(1, 600, 1e9).map(
      (tokens): Step =>
        (walk) =>
          walk.enter(tokens),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(index, outcomes).map(
      ([at, outcome]): Step =>
        (walk) =>
          walk.settle(at, outcome),
    ),
  },
  {
    weight: 1,
    arbitrary: index.map(
      (at): Step =>
        (walk) =>
          walk.content(at),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(index, headers).map(
      ([at, stated]): Step =>
        (walk) =>
          walk.learnLimits(at, stated),
    ),
  },
  {
    weight: 1,
    arbitrary: index.map(
      (at): Step =>
        (walk) =>
          walk.hang(at),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((walk) => walk.reset()) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(0.1, 30, 1_000, 5_000, 61_000, 100_000).map(
      (ms): Step =>
        (walk) =>
          walk.pass(ms),
    ),
  },
);
const walks = fc.array(steps, { minLength: 1, maxLength: 60 });

const walkAlong = (kind: Kind, along: readonly Step[]): Walk => {
  const walk = new Walk(kind);
  for (const step of along) step(walk);
  return walk;
};

/** By hand or for good, where that is so; otherwise open. */
const atRest = (kind: Kind): Opening => kind.make(worldAt(0)).opens(0, 1);

describe.each(Object.entries(KINDS))('%s', (_, kind) => {
  const holds = (property: (along: readonly Step[]) => void): void => fc.assert(fc.property(walks, property));

  it('says at each step when it opens and why it is closed, has one probe at most, and counts its changes', () => {
    holds((along) => void walkAlong(kind, along));
  });

  it('opens by time alone once all that was under way has ended', () => {
    fc.assert(
      fc.property(walks, outcomes, (along, last) => {
        const walk = walkAlong(kind, along);
        walk.settleAll(last);
        expect(walk.opens()).not.toBe('on-event');

        walk.pass(LONGEST_MS);

        for (const tokens of TOKENS) expect(walk.opens(tokens)).toBe(atRest(kind));
      }),
    );
  });

  it('is as before after an attempt that was not sent for long and of which nothing was learned', () => {
    holds((along) => {
      const walk = walkAlong(kind, along);
      walk.settleAll({ type: 'none' });
      walk.pass(LONGEST_MS);
      const before = walk.opens();

      walk.enter(1);
      walk.settleAll({ type: 'none' });
      walk.pass(LONGEST_MS);

      expect(walk.opens()).toBe(before);
    });
  });

  it('keeps what was learned until it is reset, and what a hand has closed after that too', () => {
    holds((along) => {
      const walk = walkAlong(kind, along);
      walk.settleAll({ type: 'none' });

      walk.reset();

      if (kind.isByHand === true) expect(walk.opens()).toBe(atRest(kind));
      else expect(walk.opens() === 'now' || walk.gate instanceof Budget).toBe(true);
    });
  });
});

const probed = Object.entries(KINDS).flatMap(([name, { make, closedBy }]) =>
  closedBy === undefined ? [] : [[name, make, { type: 'failure', failure: closedBy } as const] as const],
);

describe.each(probed)('%s that a failure has closed', (_, make, failure) => {
  /** A gate whose probe is out. */
  const whileProbed = () => {
    const world = worldAt(0);
    const gate = make(world);
    const probeAgain = (): Pass | undefined => {
      gate.enter(world.now, 1)?.settle(failure, world.now);
      world.now += LONGEST_MS;
      return gate.enter(world.now, 1);
    };
    return { world, gate, probe: probeAgain(), probeAgain };
  };

  it('lets nothing through while its probe is out', () => {
    const { world, gate } = whileProbed();

    expect(closureOf(gate, world.now, 1)).toMatchObject({ reason: 'probe', opens: 'on-event' });
  });

  it.each<[string, Outcome]>([
    ['none', { type: 'none' }],
    ['its own failure', failure],
    ['success', { type: 'success' }],
    ['a rejection', { type: 'failure', failure: { class: 'rejected' } }],
  ])('that is reset hears no more of the probe from before it: %s', (__, outcome) => {
    const { world, gate, probe, probeAgain } = whileProbed();
    gate.reset?.(world.now);
    expect(gate.opens(world.now, 1)).toBe('now');
    probeAgain();

    if (outcome.type === 'success') probe?.content?.();
    probe?.settle(outcome, world.now);

    expect(gate.opens(world.now, 1)).toBe('on-event');
  });
});
