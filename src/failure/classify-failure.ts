import { isCodeWord } from './code-word.ts';
import type { ClassifyFailure, Failure } from './failure.ts';
import { FAILURE_CODES, GENERAL_CODES, meaningOf } from './failure-codes.ts';
import { type FailureFacts, readFailure } from './failure-facts.ts';
import { meaningOfStatus } from './failure-statuses.ts';
import { isEndpoints } from './network-codes.ts';
import { headerOf } from '../foreign.ts';
import { retryAfterMs } from './retry-after.ts';

/**
 * What a failure means: by status, error code, network cause and headers, never by words of a message.
 *
 * The default of the `classifyFailure` setting; one of your own may call it.
 */
export const classifyFailure: ClassifyFailure = (error) => {
  const facts = readFailure(error);
  if (facts.names.includes('AI_CredentialError')) return withoutCredential(facts);
  const failure = withTime(insisting(meaning(facts), facts), facts);
  const code =
    facts.codes[0] ?? (failure.class === 'retryable' || facts.isUnreadAnswer ? tellingName(facts) : undefined);
  return { ...failure, statusCode: facts.statusCode, code };
};

/**
 * What is known surely counts before what is known in general; the last row is the network, or an answer that is broken. Names come
 * first: an error from before any request may hold what a call was given, and codes that stand there are no service's.
 */
const meaning = (facts: FailureFacts): Failure =>
  meaningOf(facts.names, FAILURE_CODES) ??
  meaningOf(facts.codes, FAILURE_CODES) ??
  meaningOfStatus(facts) ??
  meaningOf(facts.codes, GENERAL_CODES) ?? {
    class: facts.isUnreadAnswer ? 'rejected' : 'retryable',
    scope: facts.codes.some(isEndpoints) ? 'endpoint' : 'deployment',
  };

/** A rejection is one no more when the service says that the same may be tried again, unless it has said what is wrong. */
const insisting = (failure: Failure, { headers }: FailureFacts): Failure =>
  failure.class === 'rejected' && failure.reason === undefined && headerOf(headers, 'x-should-retry') === 'true'
    ? { class: 'retryable' }
    : failure;

/** What is refused by these until a time that is named is limited, whatever it is called. RFC 9110 names a time with 429 and 503 only. */
const LIMITING: ReadonlySet<number | undefined> = new Set([401, 402, 403, 503, 529]);

function withTime(failure: Failure, { headers, words, statusCode }: FailureFacts): Failure {
  const now = Date.now();
  if (failure.class === 'rate-limited') return { ...failure, retryAfterMs: retryAfterMs(headers, now, words) };
  const mayEnd = failure.class !== 'rejected' && LIMITING.has(statusCode);
  const endsInMs = mayEnd ? retryAfterMs(headers, now) : undefined;
  return endsInMs === undefined ? failure : { class: 'rate-limited', retryAfterMs: endsInMs };
}

/** Says of a failure without status or code at least what kind of error it was: an answer that is no JSON, a stream that was cut. */
function tellingName({ statusCode = 0, names }: FailureFacts): string | undefined {
  if (statusCode >= 400) return undefined;
  const telling = names.filter((name) => isCodeWord(name) && name !== 'Error' && name !== 'AI_APICallError');
  return telling.findLast((name) => name.startsWith('AI_')) ?? telling.at(-1);
}

/** The status is that of the service that gives out tokens: a refusal of it does not mend itself, anything else may. */
function withoutCredential({ statusCode = 500, codes }: FailureFacts): Failure {
  const isRefusal = statusCode < 500 && statusCode !== 408 && statusCode !== 429;
  return {
    class: isRefusal ? 'misconfigured' : 'retryable',
    scope: 'endpoint',
    code: codes[0] ?? 'AI_CredentialError',
  };
}
