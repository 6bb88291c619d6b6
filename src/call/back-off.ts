import pRetry from 'p-retry';

import type { Clock } from '../clock.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';
import type { Cancellation } from './cancellation.ts';

/** What the backoff has to know of the call. */
export interface BackOff {
  readonly retry: ResolvedSettings['retry'];
  readonly clock: Clock;
  readonly scope: Cancellation;
  /** Rounds that are over when the backoff begins. */
  readonly roundsDone: number;
  readonly isWorthAnother: () => boolean;
  /** Milliseconds until a deployment takes calls again that said when; `Infinity` when none did. */
  readonly soonestMs: () => number;
  /** The error to end with when no further round is worth it, or the call was ended during a wait. */
  readonly giveUp: () => unknown;
}

/** Whatever a round ends with but "over": p-retry must not look at it, since it replaces thrown strings and sorts TypeErrors. */
type Settled<T> = { readonly answer: T } | { readonly error: unknown };

/**
 * Runs further rounds, which return `undefined` when they found no answer, with p-retry's exponential waits in between.
 *
 * Waits end sooner when a deployment takes calls again sooner, and at once when the call is ended from outside.
 */
export async function backOff<T extends object>(context: BackOff, round: () => Promise<T | undefined>): Promise<T> {
  const { retry, clock, scope, roundsDone, isWorthAnother, soonestMs, giveUp } = context;
  // p-retry gets a signal that aborts waits only: with the caller's own it would drop an answer that races the abort, and
  // leave its stream open.
  const waits = new AbortController();
  let isWaiting = true;
  const listener = {
    callEnded: (): void => {
      if (isWaiting) waits.abort();
    },
  };
  scope.listen(listener);
  let isFirst = true;
  const runRound = async (): Promise<Settled<T>> => {
    // The round that has already failed counts as p-retry's first attempt.
    if (isFirst) {
      isFirst = false;
      throw new Error('The round before this one failed.');
    }
    isWaiting = false;
    try {
      const answer = await round();
      if (answer !== undefined) return { answer };
    } catch (error) {
      return { error };
    }
    // Not earlier: an abort must not make p-retry drop an answer that is there.
    isWaiting = true;
    // It may have been ended while nobody waited.
    if (scope.end !== undefined) waits.abort();
    throw new Error('This round failed too.');
  };
  let settled: Settled<T>;
  try {
    settled = await pRetry(runRound, {
      retries: Infinity,
      minTimeout: Math.min(retry.minDelayMs * retry.factor ** (roundsDone - 1), retry.maxDelayMs),
      maxTimeout: retry.maxDelayMs,
      factor: retry.factor,
      randomize: retry.jitter,
      signal: waits.signal,
      shouldRetry: isWorthAnother,
      shouldConsumeRetry: async ({ retryDelay }) => {
        const delayMs = isWorthAnother() ? soonestMs() : Infinity;
        if (delayMs >= retryDelay) return true;
        await sleep(delayMs, clock, waits.signal);
        // The deployment named the time; the next backoff is not to grow for it.
        return false;
      },
    });
  } catch {
    throw giveUp();
  } finally {
    scope.unlisten(listener);
  }
  if ('error' in settled) throw settled.error;
  return settled.answer;
}

function sleep(delayMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const wake = (): void => {
      signal.removeEventListener('abort', stop);
      resolve();
    };
    // Timers count whole milliseconds and may be early by one; who wakes before the time named finds nobody available.
    const timer = clock.setTimeout(wake, Math.ceil(delayMs) + 1);
    const stop = (): void => {
      clock.clearTimeout(timer);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}
