import type { Clock } from '../clock.ts';
import type { Failure } from '../failure/failure.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';
import { Cooldown, type CooldownRecord, type CooldownState } from './cooldown.ts';
import { FailureRow } from './failure-row.ts';
import type { Closure, Gate, Pass } from './gate.ts';
import type { Opening } from './opening.ts';
import { type Outcome, READINGS } from './outcome.ts';
import type { Revision } from './revision.ts';

/** The settings that a breaker needs. */
export type BreakerSettings = Pick<ResolvedSettings, 'failureThreshold' | 'cooldown' | 'misconfiguredCooldownMs'>;

/** What a breaker counts: the failures of one deployment, or those of everything at its endpoint. */
export type BreakerScope = 'deployment' | 'endpoint';

/** Hears of a breaker that trips, and of one that closes again after a probe. */
export interface BreakerObserver {
  tripped(failure: Failure, cooldownMs: number): void;
  recovered(): void;
}

/** What a breaker is made with. */
export interface BreakerOptions {
  readonly scope: BreakerScope;
  readonly settings: BreakerSettings;
  readonly clock: Clock;
  readonly revision: Revision;
  readonly observer: BreakerObserver;
}

/** The failure that a deployment counts as having which hangs: an error would tell, but a hang gives none. */
const HANG: Failure = { class: 'retryable' };

/** How many cooldowns are shortened at random, so that instances that saw the same outage do not all probe at once. */
const JITTER = 0.05;

/** A key that is renewed, or a role that is being assigned, is refused for a moment; one that is refused for longer is wrong. */
const REFUSED_FOR_GOOD_MS = 5_000;

/** Takes a deployment, or an endpoint, out after failures in a row. */
export class CircuitBreaker implements Gate {
  readonly allowsEarlyProbe = true;
  readonly admitsPinned = false;
  readonly scope: BreakerScope;
  readonly #cooldown: Cooldown;
  readonly #settings: BreakerSettings;
  readonly #clock: Clock;
  readonly #observer: BreakerObserver;
  readonly #row = new FailureRow();
  #trips = 0;
  #generation = 0;
  #hasServed = false;
  #cause: Failure | undefined;
  #era = 0;

  constructor({ scope, settings, clock, revision, observer }: BreakerOptions) {
    this.scope = scope;
    this.#settings = settings;
    this.#clock = clock;
    this.#cooldown = new Cooldown(revision);
    this.#observer = observer;
  }

  get state(): CooldownState['state'] {
    return this.#cooldown.state.state;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#row.length;
  }

  /** Grows with each recovery: what an attempt from before it says is out of date. */
  get generation(): number {
    return this.#generation;
  }

  /** Whether any attempt has ever shown that it works. */
  get hasServed(): boolean {
    return this.#hasServed;
  }

  opens(now: number): Opening {
    return this.#cooldown.opens(now);
  }

  /** Whether waiting for it is in vain: it has been refusing for seconds, and no probe is to tell soon whether it still does. */
  isRefusing(now: number): boolean {
    const { refusedSince = now } = this.#row;
    return now - refusedSince >= REFUSED_FOR_GOOD_MS && typeof this.opens(now) === 'number';
  }

  closure(now: number): Closure | undefined {
    const { state } = this.#cooldown;
    const opens = this.#cooldown.opens(now);
    if (state.state === 'closed' || opens === 'now') return undefined;
    const reason = state.state === 'half-open' ? 'probe' : 'cooldown';
    return { reason, opens, since: state.since, cause: this.#cause };
  }

  enter(now: number): Pass {
    return new BreakerPass(this, this.#cooldown.enter(), now);
  }

  reset(): void {
    this.#row.end();
    this.#trips = 0;
    this.#generation += 1;
    this.#cooldown.clear();
  }

  /**
   * What processes that share it have found out. A later era wins, and within an era the longer closing.
   *
   * @param isProbe whether an attempt of this process is to find out if it works again.
   */
  merge({ era, opensInMs, isProbe }: CooldownRecord, cause: Failure): void {
    const before = this.state;
    if (era > this.#era) {
      this.#era = era;
      this.reset();
    }
    const now = this.#clock.now();
    if (opensInMs > 0 || (isProbe && this.state === 'closed')) {
      this.#cause = cause;
      this.#cooldown.trip(now, now + opensInMs, false);
    }
    if (before === 'closed' && opensInMs > 0) this.#observer.tripped(cause, opensInMs);
    if (before !== 'closed' && this.state === 'closed') this.#observer.recovered();
  }

  /** An attempt that began at `startedAt` has shown that what it went to works. */
  succeed(isProbe: boolean, startedAt: number): void {
    this.#hasServed = true;
    // While open, an answer to an attempt from before says nothing about now: the probe decides.
    if (isProbe ? !this.#cooldown.reset() : this.state !== 'closed') return;
    if (!isProbe && this.#row.outlasts(startedAt)) return;
    this.#row.end();
    this.#trips = 0;
    if (!isProbe) return;
    this.#generation += 1;
    this.#observer.recovered();
  }

  /** An attempt that began at `startedAt` failed. A permanent failure needs no row of them. */
  fail(isProbe: boolean, startedAt: number, failure: Failure): void {
    const isPermanent = failure.class !== 'retryable';
    this.#row.add(startedAt, isPermanent ? this.#clock.now() : undefined);
    if (isPermanent) {
      this.#failPermanently(isProbe, failure);
      return;
    }
    const isOutage = this.#row.isOutage(this.#settings.failureThreshold);
    if (isProbe || (this.state === 'closed' && isOutage)) this.#trip(this.#nextCooldownMs(), isProbe, failure);
  }

  /** It gives no answers, though nothing has failed. */
  hang(): void {
    if (this.state === 'closed') this.#trip(this.#nextCooldownMs(), false, HANG);
  }

  /** What it is out for has changed: the next attempt is its probe, and what began before says nothing of it. */
  endCooldown(): void {
    if (this.state !== 'open') return;
    this.#generation += 1;
    this.#cooldown.expire(this.#clock.now());
  }

  /** The probe ended without a result. */
  abandonProbe(): void {
    this.#cooldown.abandonProbe();
  }

  /** A refusal by what has served before is more often a fault that passes (a token that is renewed) than a key that was revoked. */
  #failPermanently(isProbe: boolean, failure: Failure): void {
    const longestMs = this.#settings.misconfiguredCooldownMs;
    const mayPass = failure.class === 'misconfigured' && this.#hasServed;
    if (!mayPass) this.#trip(longestMs, isProbe, failure);
    else if (isProbe || this.state === 'closed') this.#trip(this.#nextCooldownMs(longestMs), isProbe, failure);
  }

  #trip(cooldownMs: number, isProbe: boolean, cause: Failure): void {
    const now = this.#clock.now();
    this.#cause = cause;
    this.#cooldown.trip(now, now + cooldownMs, isProbe);
    this.#observer.tripped(cause, cooldownMs);
  }

  #nextCooldownMs(longestMs = this.#settings.cooldown.maxMs): number {
    const { initialMs, factor, jitter } = this.#settings.cooldown;
    const cooldownMs = Math.min(initialMs * factor ** this.#trips, longestMs);
    this.#trips += 1;
    // Downwards, so that the longest time is kept.
    return jitter ? cooldownMs * (1 - JITTER * this.#clock.random()) : cooldownMs;
  }
}

/** One attempt, as a circuit breaker hears of it. */
class BreakerPass implements Pass {
  readonly #breaker: CircuitBreaker;
  readonly #startedAt: number;
  // Not any more once there is content: whatever the attempt was sent to find out is known then.
  #hasToProbe: boolean;
  /** What has recovered, or was reset, since is not blamed for it. */
  #generation: number;

  constructor(breaker: CircuitBreaker, isProbe: boolean, startedAt: number) {
    this.#breaker = breaker;
    this.#hasToProbe = isProbe;
    this.#startedAt = startedAt;
    this.#generation = breaker.generation;
  }

  get isProbe(): boolean {
    return this.#hasToProbe && this.#breaker.generation === this.#generation;
  }

  content(): void {
    // A deployment's row of failures ends with a whole answer, not with the beginning of one; a probe needs no more.
    const { isProbe } = this;
    if (!isProbe && this.#breaker.scope === 'deployment') return;
    this.#breaker.succeed(isProbe, this.#startedAt);
    // It may still break off, and is of its own recovery's time.
    if (isProbe) this.#generation = this.#breaker.generation;
    this.#hasToProbe = false;
  }

  hang(): void {
    if (!this.isProbe) return;
    this.#hasToProbe = false;
    this.#breaker.fail(true, this.#startedAt, HANG);
  }

  settle(outcome: Outcome): void {
    if (outcome.type === 'success') {
      if (this.#breaker.scope === 'deployment') this.#breaker.succeed(false, this.#startedAt);
      return;
    }
    const reading = outcome.type === 'failure' ? READINGS[this.#breaker.scope](outcome.failure) : 'nothing';
    if (reading === 'failed' && outcome.type === 'failure') {
      if (this.#breaker.generation !== this.#generation) return;
      this.#breaker.fail(this.isProbe, this.#startedAt, outcome.failure);
    } else if (this.isProbe) {
      if (reading === 'works') this.#breaker.succeed(true, this.#startedAt);
      else this.#breaker.abandonProbe();
    }
  }
}
