import type { Options } from 'p-retry';

import type { Clock } from '../clock.ts';
import type { EndSignal } from '../queue/waiting-call.ts';
import type { Call } from './call.ts';
import type { Candidates } from './candidates.ts';

/** How p-retry is to repeat the rounds of a call, and how long it waits in between. */
export function backOffOptions(call: Call, candidates: Candidates): Options {
  const { retry } = call.context.settings;
  return {
    retries: retry.rounds - 1,
    minTimeout: retry.minDelayMs,
    maxTimeout: retry.maxDelayMs,
    factor: retry.factor,
    randomize: retry.jitter,
    // It looks for three methods of a signal, and for its reason when one aborts (its `validateSignal`).
    signal: call.cancellation as unknown as AbortSignal,
    shouldRetry: () => candidates.isWorthAnotherRound,
    shouldConsumeRetry: ({ retryDelay }) => isBackOff(call, candidates, retryDelay),
  };
}

/**
 * Whether the wait before the next round is a backoff. When all that was heard is when to come again, the call waits in the queue
 * instead. When a rate limit ends sooner than the backoff, that end is waited for here; the deployment named the time, so the next
 * backoff does not grow for it.
 */
async function isBackOff(call: Call, candidates: Candidates, backOffMs: number): Promise<boolean> {
  if (!candidates.isWorthAnotherRound) return true;
  if (candidates.heardOnlyLimits) return false;
  const { clock } = call.context;
  // Without any wait, rounds of an endpoint that fails at once would leave no time to hear of an abort.
  if (backOffMs === 0) await sleep(0, clock, call.cancellation);
  const endsAt = call.scope.rateLimitEndsAt(call.now);
  if (endsAt === undefined || endsAt - call.now >= backOffMs) return true;
  await sleep(endsAt - call.now, clock, call.cancellation);
  return false;
}

/** Ends at once when the signal aborts, which p-retry looks at next. */
function sleep(delayMs: number, clock: Clock, signal: EndSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    // Timers count whole milliseconds and may be early by one; a look before the time finds no deployment.
    const timer = clock.setTimeout(wake, Math.ceil(delayMs) + 1);
    signal.addEventListener('abort', wake);
  });
}
