import { AllEndpointsFailedError } from '../errors/all-endpoints-failed-error.ts';
import type { UnavailableRecord } from '../failure/failure.ts';
import type { Refusal } from '../queue/waiting-call.ts';
import { type CallSize, rejectedSize } from './call-size.ts';
import type { Call } from './call.ts';
import type { Candidates } from './candidates.ts';

/** How things stand with a ring whose calls have to wait. */
type Standing = 'at capacity' | 'out after failures' | 'drained';

/** Why a call may not wait, or may not wait any longer. */
const REFUSALS: Readonly<Record<'queue-full' | 'too-late' | 'timed-out' | 'refused', string>> = {
  'queue-full': 'as many calls as maxWaiting allows are waiting already',
  'too-late': 'none will serve this call within the time that it may wait',
  'timed-out': 'none served this call within the time that it may wait (maxWaitMs)',
  refused: 'none is worth waiting for: check their keys (apiKey, tokenProvider), deployments and billing',
};

/** The error of a call that may not wait, or may not wait any longer. */
export function refused(call: Call, refusal: Refusal, candidates: Candidates): unknown {
  if (refusal.refusal === 'picker-failed') return refusal.error;
  if (refusal.refusal === 'cancelled') return cancelledError(call, candidates);
  const standing = standingOf(call);
  const reason = `All endpoints are ${standing}, and ${REFUSALS[refusal.refusal]}`;
  return cancelledError(call, candidates) ?? exhausted(call, candidates, reason, standing === 'at capacity');
}

/** What a call ends with that was ended from outside; `undefined` when it was not. */
export function cancelledError(call: Call, candidates: Candidates): unknown {
  const { end } = call.cancellation;
  if (end?.by === 'caller') return end.reason ?? new DOMException('This operation was aborted', 'AbortError');
  return end && exhausted(call, candidates, `The ${end.timeoutMs} ms of totalTimeoutMs are over`);
}

/** The error of a call that gives up, with everything that was tried. */
export function exhausted(call: Call, candidates: Candidates, reason: string, isForCapacity = false): unknown {
  const { failures, scope, route, context, now, barred } = call;
  const errors = failures.map(({ error }) => error);
  // A request that every endpoint rejects is at fault itself: its author needs the service's own words.
  if (call.isRejected) return errors.at(-1);
  const { modelId } = scope;
  const tooLarge = tooLargeForAll(call);
  const attempts = Object.freeze(failures.map(({ record }) => Object.freeze({ ...record })));
  const retryAfterMs = tooLarge ? undefined : scope.retryAfterMs(now, barred);
  context.events.emit('exhausted', () => ({ ...call.label, modelId, attempts, retryAfterMs }));
  const out = scope.unavailable(now, candidates.tokens, barred);
  const unavailable = out.filter((each) => !attempts.some((attempt) => isSame(attempt, each)));
  return new AllEndpointsFailedError({
    modelId,
    attempts,
    retryAfterMs,
    unavailable: Object.freeze(unavailable),
    errors,
    reason: route?.reason === undefined ? reason : `${reason}; ${route.reason}`,
    isForCapacity,
    tooLarge: unavailable.length === 0 ? tooLarge : undefined,
  });
}

/** Its size, when that is why every attempt failed, with the largest of the limits. */
function tooLargeForAll(call: Call): AllEndpointsFailedError['tooLarge'] {
  let largest: CallSize | undefined;
  for (const { error } of call.failures) {
    const size = rejectedSize(call, error);
    if (size?.exceedsLimit !== true) return undefined;
    if (largest === undefined || size.tokensPerMinute > largest.tokensPerMinute) largest = size;
  }
  return largest && { estimatedTokens: largest.tokens, tokensPerMinute: largest.tokensPerMinute };
}

type Place = Pick<UnavailableRecord, 'endpoint' | 'deployment'>;

const isSame = (one: Place, other: Place): boolean =>
  one.endpoint === other.endpoint && one.deployment === other.deployment;

/** A deployment that is not out is at its limits. */
function standingOf({ scope, now, barred }: Call): Standing {
  const serving = scope.deployments.filter((deployment) => !barred.has(deployment));
  const open = serving.filter((deployment) => !deployment.isClosedByHand(now));
  if (open.some((deployment) => deployment.recovers(now) === 'now')) return 'at capacity';
  return open.length === 0 && serving.some((deployment) => deployment.isDrained) ? 'drained' : 'out after failures';
}
