import { afterEach, beforeEach, vi } from 'vitest';

/** Timers, dates and `performance.now()` stand still in every test of the file until the test moves them. */
export function useFakeTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
}

/** Lets everything happen that needs no time. */
export async function happenings(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets so many promises settle one after the other, and nothing else: for what depends on which comes first. */
export async function microtasks(count: number): Promise<void> {
  for (let done = 0; done < count; done++) await Promise.resolve();
}

/** Lets time pass, with all that happens meanwhile. */
export async function pass(durationMs: number): Promise<void> {
  await happenings();
  await vi.advanceTimersByTimeAsync(durationMs);
  await happenings();
}
