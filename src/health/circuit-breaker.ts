import type { Clock } from '../clock.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';
import type { ChangeCounter } from './change-counter.ts';
import { Cooldown } from './cooldown.ts';

/** The settings that a breaker needs. */
export type BreakerSettings = Pick<ResolvedSettings, 'failureThreshold' | 'cooldown' | 'misconfiguredCooldownMs'>;

/** Takes a deployment, or an endpoint, out after failures in a row. */
export class CircuitBreaker {
  readonly cooldown: Cooldown;
  readonly #settings: BreakerSettings;
  readonly #clock: Clock;
  #failures = 0;
  #losses = 0;
  #openings = 0;
  #shutAt = -Infinity;
  #generation = 0;

  constructor(settings: BreakerSettings, clock: Clock, changes: ChangeCounter) {
    this.#settings = settings;
    this.#clock = clock;
    this.cooldown = new Cooldown(changes);
  }

  /** When its last cooldown began. */
  get shutAt(): number {
    return this.#shutAt;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** Grows with each recovery: what an attempt from before it says is out of date. */
  get generation(): number {
    return this.#generation;
  }

  /** An attempt succeeded. Returns whether that ended a cooldown. */
  succeed(isProbe: boolean): boolean {
    // While open, an answer to an attempt from before says nothing about now: the probe decides.
    if (isProbe ? !this.cooldown.open() : this.cooldown.state.state !== 'closed') return false;
    this.#failures = 0;
    this.#losses = 0;
    this.#openings = 0;
    if (isProbe) this.#generation += 1;
    return isProbe;
  }

  /** An attempt failed in a way that may mend itself. Returns the milliseconds of the cooldown that it caused, if any. */
  fail(isProbe: boolean): number | undefined {
    this.#failures += 1;
    const isClosed = this.cooldown.state.state === 'closed';
    if (!isProbe && !(isClosed && this.#failures >= this.#settings.failureThreshold)) return undefined;
    return this.#shut(this.#nextCooldownMs(), isProbe);
  }

  /**
   * An attempt was silent while another one, started later, answered. One such loss may be chance; as many in a row as
   * failures would take are an outage. Returns the milliseconds of the cooldown that it caused, if any.
   */
  lose(): number | undefined {
    this.#losses += 1;
    const isOutage = this.#losses >= this.#settings.failureThreshold && this.cooldown.state.state === 'closed';
    return isOutage ? this.#shut(this.#nextCooldownMs(), false) : undefined;
  }

  /** An attempt failed in a way that does not mend itself. Returns the milliseconds of the cooldown. */
  failForGood(isProbe: boolean): number {
    this.#failures += 1;
    return this.#shut(this.#settings.misconfiguredCooldownMs, isProbe);
  }

  #shut(cooldownMs: number, isProbe: boolean): number {
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
