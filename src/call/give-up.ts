import { AllEndpointsFailedError } from '../errors/all-endpoints-failed-error.ts';
import type { UnavailableRecord } from '../failure/failure.ts';
import type { Refusal } from '../queue/waiting-call.ts';
import type { Call } from './call.ts';

type RefusalReason = Exclude<Refusal['refusal'], 'picker-failed'>;

/** What a call waited for: capacity, an endpoint that is out, or a hand that opens one. */
type WaitedFor = 'capacity' | 'recovery' | 'resume';

const REFUSALS: Readonly<Record<WaitedFor, Readonly<Record<RefusalReason, string>>>> = {
  capacity: {
    'queue-full': 'All endpoints are at capacity, and as many calls as maxWaiting allows are waiting already',
    'too-late': 'No endpoint will have capacity for this call within the time that it may wait',
    'timed-out': 'No endpoint had capacity for this call within the time that it may wait',
    cancelled: 'The call was ended while it waited for capacity',
  },
  recovery: {
    'queue-full': 'All endpoints are out after failures, and as many calls as maxWaiting allows are waiting already',
    'too-late': 'All endpoints are out after failures, and will be for longer than this call may wait',
    'timed-out': 'All endpoints were out after failures for as long as this call may wait (maxWaitMs)',
    cancelled: 'The call was ended while it waited for an endpoint that is out to come back',
  },
  resume: {
    'queue-full': 'All endpoints are drained, and as many calls as maxWaiting allows are waiting already',
    'too-late': 'All endpoints are drained, and this call may not wait',
    'timed-out': 'All endpoints were drained for as long as this call may wait (maxWaitMs)',
    cancelled: 'The call was ended while it waited for a drained endpoint to be resumed',
  },
};

/** The error of a call that may not wait, or may not wait any longer. */
export function refused(call: Call, refusal: Refusal, tokens: number): unknown {
  if (refusal.refusal === 'picker-failed') return refusal.error;
  const waitedFor = whatFor(call);
  return (
    cancelledError(call) ?? exhausted(call, tokens, REFUSALS[waitedFor][refusal.refusal], waitedFor === 'capacity')
  );
}

/** What a call ends with that was ended from outside; `undefined` when it was not. */
export function cancelledError(call: Call): unknown {
  const { end } = call.cancellation;
  if (end?.by === 'caller') return end.reason ?? new DOMException('This operation was aborted', 'AbortError');
  return end && exhausted(call, 1, `The ${end.timeoutMs} ms of totalTimeoutMs are over`);
}

/** The error of a call that gives up, with everything that was tried. */
export function exhausted(call: Call, tokens: number, reason: string, isForCapacity = false): unknown {
  const { records, ring, route, context, now } = call;
  // A request that every endpoint rejects is at fault itself: its author needs the service's own words.
  if (records.isRejection) return records.errors.at(-1);
  const { modelId } = ring;
  const attempts = Object.freeze(records.all.map((attempt) => Object.freeze({ ...attempt })));
  const retryAfterMs = ring.retryAfterMs(now, route?.excluded);
  context.events.emit('exhausted', () => ({ callId: call.id, modelId, attempts, retryAfterMs }));
  const unavailable = ring.unavailable(now, tokens);
  return new AllEndpointsFailedError({
    modelId,
    attempts,
    retryAfterMs,
    unavailable: Object.freeze(unavailable.filter((each) => !attempts.some((attempt) => isSame(attempt, each)))),
    errors: records.errors,
    reason: route?.reason === undefined ? reason : `${reason}; ${route.reason}`,
    isForCapacity,
  });
}

type Place = Pick<UnavailableRecord, 'endpoint' | 'deployment'>;

const isSame = (one: Place, other: Place): boolean =>
  one.endpoint === other.endpoint && one.deployment === other.deployment;

/** A deployment that is not out is at its limits. */
function whatFor({ ring, route, now }: Call): WaitedFor {
  const serving = ring.deployments.filter((deployment) => route?.excluded.has(deployment) !== true);
  const closed = serving.filter((deployment) => deployment.isClosedByHand(now));
  const isAtLimits = serving.some((deployment) => !closed.includes(deployment) && deployment.recovers(now) === 'now');
  if (isAtLimits) return 'capacity';
  return closed.length === serving.length && closed.some((deployment) => deployment.isDrained) ? 'resume' : 'recovery';
}
