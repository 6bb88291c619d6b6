import type { Clock, TimerHandle } from '../clock.ts';
import type { TimeoutSetting } from '../errors/attempt-timeout-error.ts';

/** The time limits of one attempt, one timer each. */
export class TimeLimits {
  readonly #clock: Clock;
  readonly #expire: (setting: TimeoutSetting, timeoutMs: number) => void;
  #timers: Map<TimeoutSetting, TimerHandle> | undefined;

  constructor(clock: Clock, expire: (setting: TimeoutSetting, timeoutMs: number) => void) {
    this.#clock = clock;
    this.#expire = expire;
  }

  /** Begins to count, where the setting has a time. */
  start(setting: TimeoutSetting, timeoutMs: number | undefined): void {
    if (timeoutMs === undefined) return;
    this.#timers ??= new Map();
    this.#timers.set(
      setting,
      this.#clock.setTimeout(() => this.#expire(setting, timeoutMs), timeoutMs),
    );
  }

  lift(setting: TimeoutSetting): void {
    const timer = this.#timers?.get(setting);
    if (timer === undefined) return;
    this.#clock.clearTimeout(timer);
    this.#timers?.delete(setting);
  }

  liftAll(): void {
    for (const setting of this.#timers?.keys() ?? []) this.lift(setting);
  }
}
