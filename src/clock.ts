/** A timer that {@link Clock.setTimeout} started. */
export type TimerHandle = ReturnType<typeof setTimeout>;

/** Time and chance, as far as the core needs them. It comes in as an argument, so that a test can move it. */
export interface Clock {
  /** Monotonic milliseconds since some fixed moment. */
  now(): number;
  /** A number in [0, 1). */
  random(): number;
  setTimeout(callback: () => void, delayMs: number): TimerHandle;
  clearTimeout(timer: TimerHandle): void;
}

/** `setTimeout` fires at once for anything longer (2^31 - 1 ms, about 24.8 days). */
const LONGEST_DELAY_MS = 2_147_483_647;

/** The clock of the machine. Globals are looked up at each call, so that fake timers installed later are honoured. */
export const systemClock: Clock = {
  now: () => performance.now(),
  random: () => Math.random(),
  setTimeout: (callback, delayMs) => setTimeout(callback, Math.min(delayMs, LONGEST_DELAY_MS)),
  clearTimeout: (timer) => clearTimeout(timer),
};
