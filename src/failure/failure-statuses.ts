import type { Failure } from './failure.ts';
import { GENERAL_CODES, meaningOf } from './failure-codes.ts';
import type { FailureFacts } from './failure-facts.ts';

/** RFC 9110 and 6585: what these say is about the request. */
const OF_REQUEST: ReadonlySet<number> = new Set([406, 411, 412, 413, 414, 415, 416, 417, 422, 428, 431]);

/** What a status means where no code has decided; `undefined` when it is none of a failure. */
export function meaningOfStatus(facts: FailureFacts): Failure | undefined {
  const { statusCode = 0, isPage, codes, isCoded, isFlagged } = facts;
  if (statusCode < 400) return undefined;
  // A proxy's own words, which are about the way to the service, whatever they say.
  if (isPage && statusCode < 500 && statusCode !== 429) return { class: 'retryable' };
  if (OF_REQUEST.has(statusCode)) return { class: 'rejected' };
  switch (statusCode) {
    case 400:
      // A service that has a fault of its own may call it a bad request.
      return { class: meaningOf(codes, GENERAL_CODES)?.class === 'retryable' ? 'retryable' : 'rejected' };
    case 401: {
      // OpenAI has a code for a wrong key; without one, a key lacks the scope for this kind of call, and may be good for others.
      const lacksScope = codes.length === 1 && codes[0] === 'invalid_request_error';
      return { class: 'misconfigured', scope: lacksScope ? 'deployment' : 'endpoint' };
    }
    case 402:
      return { class: 'quota-exhausted', scope: 'endpoint' };
    case 403:
      if (isFlagged) return { class: 'rejected', reason: 'content-filter' };
      // A service says by a code why the account may not. What gives none is a gateway, and may mean this one prompt.
      return isCoded ? { class: 'misconfigured', scope: 'endpoint' } : { class: 'retryable' };
    case 407:
      return { class: 'misconfigured', scope: 'endpoint' };
    case 404:
    case 410:
      return notFound(facts);
    case 429:
      return { class: 'rate-limited' };
    default:
      // Of any other status the next endpoint may know nothing.
      return { class: 'retryable' };
  }
}

/** Of a deployment that is missing, or of something that the request names and this service does not know. */
function notFound({ param, codes }: FailureFacts): Failure {
  if (param !== undefined && param !== 'model') return { class: 'rejected' };
  // OpenAI's own way to say that something is not there; of a model it says so.
  const isUnclear = param === undefined && codes.includes('invalid_request_error');
  return { class: isUnclear ? 'retryable' : 'misconfigured' };
}
