import type { Failure } from './failure.ts';
import { GENERAL_CODES, meaningOf } from './failure-codes.ts';
import type { FailureFacts } from './failure-facts.ts';
import { statedRetryAfterMs } from './retry-after.ts';

type Reading = (facts: FailureFacts) => Failure;

/** What the statuses of failures mean, where no code has decided. */
const STATUSES: ReadonlyMap<number, Reading> = new Map<number, Reading>([
  // RFC 9110 and 6585: what these say is about the request. Of a status that is not in this table, the next endpoint may know nothing.
  ...[406, 411, 412, 413, 414, 415, 416, 417, 422, 428, 431].map((status) => [status, rejected] as const),
  [400, ofRequest],
  [401, ofKey],
  [402, () => ({ class: 'quota-exhausted', scope: 'endpoint' })],
  [403, forbidden],
  [404, notFound],
  [407, () => ({ class: 'misconfigured', scope: 'endpoint' })],
  [410, notFound],
  [429, () => ({ class: 'rate-limited' })],
  [503, overloaded],
  [529, overloaded],
]);

/** What a status means; `undefined` when it is none of a failure. */
export function meaningOfStatus(facts: FailureFacts): Failure | undefined {
  const { statusCode = 0, isPage } = facts;
  if (statusCode < 400) return undefined;
  // A proxy's own words, which are about the way to the service, whatever they say.
  if (isPage && statusCode < 500 && statusCode !== 429) return { class: 'retryable' };
  return STATUSES.get(statusCode)?.(facts) ?? { class: 'retryable' };
}

function rejected(): Failure {
  return { class: 'rejected' };
}

/** A service that has a fault of its own may call it a bad request. */
function ofRequest({ codes }: FailureFacts): Failure {
  return meaningOf(codes, GENERAL_CODES)?.class === 'retryable' ? { class: 'retryable' } : rejected();
}

/** OpenAI has a code for a wrong key; without one, a key lacks the scope for this kind of call, and may be good for others. */
function ofKey({ codes }: FailureFacts): Failure {
  const lacksScope = codes.length === 1 && codes[0] === 'invalid_request_error';
  return { class: 'misconfigured', scope: lacksScope ? 'deployment' : 'endpoint' };
}

/** A service says by a code why the account may not. What gives none is a gateway, and may mean this one prompt. */
function forbidden({ isCoded, isFlagged }: FailureFacts): Failure {
  if (isFlagged) return { class: 'rejected', reason: 'content-filter' };
  return isCoded ? { class: 'misconfigured', scope: 'endpoint' } : { class: 'retryable' };
}

/** Of a deployment that is missing, or of something that the request names and this service does not know. */
function notFound({ param, codes }: FailureFacts): Failure {
  if (param !== undefined && param !== 'model') return { class: 'rejected' };
  // OpenAI's own way to say that something is not there; of a model it says so.
  const isUnclear = param === undefined && codes.includes('invalid_request_error');
  return { class: isUnclear ? 'retryable' : 'misconfigured' };
}

/** Overloaded, and perhaps saying until when. */
function overloaded({ headers }: FailureFacts): Failure {
  return { class: statedRetryAfterMs(headers, Date.now()) === undefined ? 'retryable' : 'rate-limited' };
}
