import type { Clock } from '../clock.ts';
import type { Failure } from '../failure/failure.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';
import type { Revision } from './revision.ts';
import { Cooldown } from './cooldown.ts';

/** The settings that a breaker needs. */
export type BreakerSettings = Pick<ResolvedSettings, 'failureThreshold' | 'cooldown' | 'misconfiguredCooldownMs'>;

/** Takes a deployment, or an endpoint, out after failures in a row. */
export class CircuitBreaker {
  readonly cooldown: Cooldown;
  readonly #settings: BreakerSettings;
  readonly #clock: Clock;
  #failures = 0;
  /** When the first of them began, and how many whole answers have come since to attempts from before it. */
  #rowSince = -Infinity;
  #lateAnswers = 0;
  #openings = 0;
  #shutAt = -Infinity;
  #generation = 0;
  #cause: Failure | undefined;

  constructor(settings: BreakerSettings, clock: Clock, changes: Revision) {
    this.#settings = settings;
    this.#clock = clock;
    this.cooldown = new Cooldown(changes);
  }

  /** When its last cooldown began. */
  get shutAt(): number {
    return this.#shutAt;
  }

  /** The failure that caused its last cooldown, where it was one. */
  get cause(): Failure | undefined {
    return this.#cause;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** Grows with each recovery: what an attempt from before it says is out of date. */
  get generation(): number {
    return this.#generation;
  }

  /** An attempt succeeded that began at `startedAt`. Returns whether that ended a cooldown. */
  succeed(isProbe: boolean, startedAt: number): boolean {
    // While open, an answer to an attempt from before says nothing about now: the probe decides.
    if (isProbe ? !this.cooldown.open() : this.cooldown.state.state !== 'closed') return false;
    if (!isProbe && startedAt < this.#rowSince) {
      this.#lateAnswers += 1;
      return false;
    }
    this.#failures = 0;
    this.#rowSince = -Infinity;
    this.#openings = 0;
    if (isProbe) this.#generation += 1;
    return isProbe;
  }

  /**
   * An attempt that began at `startedAt` failed in a way that may mend itself. Returns the milliseconds of the cooldown that it
   * caused, if any.
   */
  fail(isProbe: boolean, startedAt: number, failure?: Failure): number | undefined {
    this.#countFailure(startedAt);
    const isClosed = this.cooldown.state.state === 'closed';
    // Answers to what began before the row do not interrupt it, or an outage would be noticed late; but where most of what ends
    // is an answer, failures are only what comes first.
    const isOutage = this.#failures >= this.#settings.failureThreshold && this.#failures > this.#lateAnswers;
    if (!isProbe && !(isClosed && isOutage)) return undefined;
    return this.#shut(this.#nextCooldownMs(), isProbe, failure);
  }

  /** It gives no answers, though nothing has failed. Returns the milliseconds of the cooldown that it caused, if any. */
  hang(): number | undefined {
    return this.cooldown.state.state === 'closed' ? this.#shut(this.#nextCooldownMs(), false) : undefined;
  }

  /** An attempt failed in a way that does not mend itself. Returns the milliseconds of the cooldown. */
  failForGood(isProbe: boolean, startedAt: number, failure?: Failure): number {
    this.#countFailure(startedAt);
    return this.#shut(this.#settings.misconfiguredCooldownMs, isProbe, failure);
  }

  #countFailure(startedAt: number): void {
    if (this.#failures === 0) {
      this.#rowSince = startedAt;
      this.#lateAnswers = 0;
    }
    this.#failures += 1;
  }

  #shut(cooldownMs: number, isProbe: boolean, cause?: Failure): number {
    this.#cause = cause;
    this.#shutAt = this.#clock.now();
    this.cooldown.shut(this.#shutAt + cooldownMs, isProbe);
    return cooldownMs;
  }

  #nextCooldownMs(): number {
    const { initialMs, factor, maxMs, jitter } = this.#settings.cooldown;
    const cooldownMs = Math.min(initialMs * factor ** this.#openings, maxMs);
    this.#openings += 1;
    // Downwards, so that maxMs is kept: instances that saw the same outage do not all probe at once.
    return jitter ? cooldownMs * (1 - 0.05 * this.#clock.random()) : cooldownMs;
  }
}
