/**
 * Time in a benchmark runs faster than outside: a minute of it takes `60 / factor` seconds. Times named `…Ms` in here are
 * milliseconds of that faster time, counted from the start of the arrivals, unless they are called real.
 *
 * Processes agree about it through the machine's clock.
 */
export class ScaledTime {
  readonly factor: number;
  readonly #startsAtRealMs: number;

  constructor(factor: number, startsAtRealMs: number) {
    this.factor = factor;
    this.#startsAtRealMs = startsAtRealMs;
  }

  /** Milliseconds of benchmark time since the start. Negative before it. */
  now(): number {
    return (realNow() - this.#startsAtRealMs) * this.factor;
  }

  /** Calls back after so many milliseconds of benchmark time; never early. */
  after(delayMs: number, callback: () => void): NodeJS.Timeout {
    return realTimers.setTimeout(callback, Math.max(0, Math.ceil(delayMs / this.factor)));
  }
}

/** The clock and the timers of the machine, taken before they could be replaced. */
const { performance: realPerformance } = globalThis;
const readPerformance = realPerformance.now.bind(realPerformance);
const origin = realPerformance.timeOrigin;

/** Milliseconds of the machine's clock, finer than `Date.now()`. */
export const realNow = (): number => origin + readPerformance();

export const realTimers = {
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  clearTimeout: globalThis.clearTimeout,
  clearInterval: globalThis.clearInterval,
} as const;
