import type { Clock, TimerHandle } from '../clock.ts';
import type { TimeoutSetting } from '../errors/attempt-timeout-error.ts';

/** The time limits of one attempt, one timer each. */
export class TimeLimits {
  readonly #clock: Clock;
  readonly #timers = new Map<TimeoutSetting | 'probe', TimerHandle>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(setting: TimeoutSetting | 'probe', timeoutMs: number, expire: () => void): void {
    this.#timers.set(setting, this.#clock.setTimeLimit(expire, timeoutMs));
  }

  lift(setting: TimeoutSetting | 'probe'): void {
    const timer = this.#timers.get(setting);
    if (timer !== undefined) this.#clock.clearTimeout(timer);
    this.#timers.delete(setting);
  }

  liftAll(): void {
    for (const setting of this.#timers.keys()) this.lift(setting);
  }
}
