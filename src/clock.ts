/** A timer that a {@link Clock} started. */
export interface TimerHandle {
  timer: ReturnType<typeof setTimeout>;
}

/** Time and chance, as far as the core needs them. It comes in as an argument, so that a test can move it. */
export interface Clock {
  /** Monotonic milliseconds since some fixed moment. */
  now(): number;
  /** A number in [0, 1). */
  random(): number;
  setTimeout(callback: () => void, delayMs: number): TimerHandle;
  /**
   * A timer for a time limit. After a gap in the clock (a frozen container, a laptop's lid, a blocked event loop) what has arrived
   * meanwhile is read first: timers run before sockets. Like that of `AbortSignal.timeout`, it keeps no process alive.
   */
  setTimeLimit(expire: () => void, delayMs: number): TimerHandle;
  clearTimeout(timer: TimerHandle): void;
}

/** `setTimeout` fires at once for anything longer (2^31 - 1 ms, about 24.8 days). */
const LONGEST_DELAY_MS = 2_147_483_647;

/** A timer that is so late has been through a gap. */
const GAP_MS = 200;

/** Time to read what has arrived in a gap. */
const AFTER_GAP_MS = 250;

/** The clock of the machine. Globals are looked up at each call, so that fake timers installed later are honoured. */
export const systemClock: Clock = {
  now: () => performance.now(),
  random: () => Math.random(),
  setTimeout: (callback, delayMs) => ({ timer: setTimeout(callback, Math.min(delayMs, LONGEST_DELAY_MS)) }),
  setTimeLimit: (expire, delayMs) => {
    const dueAt = performance.now() + delayMs;
    const onTime = (): void => {
      if (performance.now() - dueAt > GAP_MS) limit.timer = unref(setTimeout(expire, AFTER_GAP_MS));
      else expire();
    };
    const limit: TimerHandle = { timer: unref(setTimeout(onTime, Math.min(delayMs, LONGEST_DELAY_MS))) };
    return limit;
  },
  clearTimeout: ({ timer }) => clearTimeout(timer),
};

/** Elsewhere than in Node timers are numbers. */
function unref(timer: ReturnType<typeof setTimeout>): ReturnType<typeof setTimeout> {
  (timer as { unref?: () => void }).unref?.();
  return timer;
}
