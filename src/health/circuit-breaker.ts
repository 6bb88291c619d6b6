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
  #openings = 0;

  constructor(settings: BreakerSettings, clock: Clock, changes: ChangeCounter) {
    this.#settings = settings;
    this.#clock = clock;
    this.cooldown = new Cooldown(changes);
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** An attempt succeeded. Returns whether that ended a cooldown. */
  succeed(isProbe: boolean): boolean {
    // While open, an answer to an attempt from before says nothing about now: the probe decides.
    if (!isProbe && this.cooldown.state.state !== 'closed') return false;
    this.#failures = 0;
    this.#openings = 0;
    this.cooldown.open();
    return isProbe;
  }

  /** An attempt failed in a way that may mend itself. Returns the milliseconds of the cooldown that it caused, if any. */
  fail(isProbe: boolean): number | undefined {
    this.#failures += 1;
    const isClosed = this.cooldown.state.state === 'closed';
    if (!isProbe && !(isClosed && this.#failures >= this.#settings.failureThreshold)) return undefined;
    return this.#shut(this.#nextCooldownMs());
  }

  /** An attempt failed in a way that does not mend itself. Returns the milliseconds of the cooldown. */
  failForGood(): number {
    this.#failures += 1;
    return this.#shut(this.#settings.misconfiguredCooldownMs);
  }

  #shut(cooldownMs: number): number {
    this.cooldown.shut(this.#clock.now() + cooldownMs);
    return cooldownMs;
  }

  #nextCooldownMs(): number {
    const { initialMs, factor, maxMs, jitter } = this.#settings.cooldown;
    const cooldownMs = Math.min(initialMs * factor ** this.#openings, maxMs);
    this.#openings += 1;
    // Downwards, so that maxMs is kept: instances that saw the same outage do not all probe at once.
    return jitter ? cooldownMs * (1 - 0.1 * this.#clock.random()) : cooldownMs;
  }
}
