import type { ClassifyFailure, Failure } from './failure.ts';
import { FAILURE_CODES, GENERAL_CODES, meaningOf } from './failure-codes.ts';
import { type FailureFacts, readFailure } from './failure-facts.ts';
import { meaningOfStatus } from './failure-statuses.ts';
import { isEndpoints } from './network-codes.ts';
import { isCodeWord } from './code-word.ts';
import { retryAfterMs, statedRetryAfterMs } from './retry-after.ts';

/** Errors of the AI SDK that it throws before any request: about what the caller gave it, or about the endpoint's settings. */
const BEFORE_REQUESTS: ReadonlyMap<string, Failure> = new Map<string, Failure>([
  ['AI_UnsupportedFunctionalityError', { class: 'rejected' }],
  ['AI_InvalidPromptError', { class: 'rejected' }],
  ['AI_InvalidArgumentError', { class: 'rejected' }],
  ['AI_NoSuchProviderReferenceError', { class: 'rejected' }],
  ['AI_TooManyEmbeddingValuesForCallError', { class: 'rejected' }],
  ['AI_InvalidMessageRoleError', { class: 'rejected' }],
  ['AI_InvalidDataContentError', { class: 'rejected' }],
  ['AI_DownloadError', { class: 'rejected' }],
  ['AI_LoadAPIKeyError', { class: 'misconfigured', scope: 'endpoint' }],
  ['AI_LoadSettingError', { class: 'misconfigured', scope: 'endpoint' }],
  ['AI_NoSuchModelError', { class: 'misconfigured' }],
]);

/**
 * What a failure means: by status, error code, network cause and headers, never by words of a message.
 *
 * The default of the `classifyFailure` setting; one of your own may call it.
 */
export const classifyFailure: ClassifyFailure = (error) => {
  const facts = readFailure(error);
  if (facts.names.includes('AI_CredentialError')) return withoutCredential(facts);
  const failure = withTime(insisting(meaning(facts), facts), facts);
  const code = facts.codes[0] ?? (failure.class === 'retryable' ? tellingName(facts) : undefined);
  return { ...failure, statusCode: facts.statusCode, code };
};

/** What is known surely counts before what is known in general; the last row is the network, or an answer that is broken. */
const meaning = (facts: FailureFacts): Failure =>
  ofName(facts) ??
  meaningOf(facts.codes, FAILURE_CODES) ??
  meaningOfStatus(facts) ??
  meaningOf(facts.codes, GENERAL_CODES) ?? {
    class: 'retryable',
    scope: facts.codes.some(isEndpoints) ? 'endpoint' : 'deployment',
  };

const ofName = ({ names }: FailureFacts): Failure | undefined =>
  names.map((name) => BEFORE_REQUESTS.get(name)).find((known) => known !== undefined);

/** A rejection is one no more when the service says that the same may be tried again, unless it has said what is wrong. */
const insisting = (failure: Failure, { headers }: FailureFacts): Failure =>
  headers['x-should-retry'] === 'true' && failure.class === 'rejected' && failure.reason === undefined
    ? { class: 'retryable' }
    : failure;

/** A refusal that names the time at which it ends is a limit, whatever it is called. RFC 9110 names a time with 429 and 503 only. */
function withTime(failure: Failure, { headers, words, statusCode = 0 }: FailureFacts): Failure {
  const now = Date.now();
  const isRefusal = statusCode >= 401 && statusCode <= 403 && failure.class !== 'rejected';
  const endsInMs = isRefusal ? statedRetryAfterMs(headers, now) : undefined;
  if (endsInMs !== undefined) return { class: 'rate-limited', retryAfterMs: endsInMs };
  return failure.class === 'rate-limited' ? { ...failure, retryAfterMs: retryAfterMs(headers, words, now) } : failure;
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
