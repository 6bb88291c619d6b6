import type { ClassifyFailure, Failure, RejectionReason } from './failure.ts';
import { isEndpoints } from './network-codes.ts';
import { type FailureFacts, readFailure } from './failure-facts.ts';
import { retryAfterMs, statedRetryAfterMs } from './retry-after.ts';

/** The account has no money, no plan or no quota left: 429 by status, but nothing that waiting mends. OpenAI's error guide. */
const QUOTA_CODES = new Set([
  'insufficient_quota',
  'billing_hard_limit_reached',
  'billing_not_active',
  'access_terminated',
  'quota_exceeded',
  'InsufficientQuota',
]);

/** The model or deployment does not exist here, or may not be used. */
const MODEL_CODES = new Set(['DeploymentNotFound', 'model_not_found', 'OperationNotSupported', 'unsupported_model']);

const RATE_LIMIT_CODES = new Set(['rate_limit_exceeded', 'rate_limit_error', 'RateLimitReached', 'too_many_requests']);

/** The service's own fault. AI SDK 4 makes a status 400 of a Responses answer that reports one of these. */
const SERVER_CODES = new Set([
  'server_error',
  'api_error',
  'overloaded_error',
  'internal_server_error',
  'InternalServerError',
]);

const REJECTIONS: ReadonlyMap<string, RejectionReason> = new Map([
  ['content_filter', 'content-filter'],
  ['ResponsibleAIPolicyViolation', 'content-filter'],
  ['content_policy_violation', 'content-filter'],
  ['context_length_exceeded', 'context-length'],
]);

/** The request's own fault, when there is no status to tell: errors inside a stream. */
const REQUEST_CODES = new Set([
  'invalid_request_error',
  'invalid_prompt',
  'invalid_image',
  'image_parse_error',
  'invalid_value',
]);

/** Errors of the AI SDK that are about what the caller gave it, before any request. */
const REQUEST_ERRORS = new Set([
  'AI_UnsupportedFunctionalityError',
  'AI_InvalidPromptError',
  'AI_InvalidArgumentError',
  'AI_NoSuchProviderReferenceError',
  'AI_TooManyEmbeddingValuesForCallError',
  'AI_InvalidMessageRoleError',
  'AI_InvalidDataContentError',
  'AI_DownloadError',
]);

const CREDENTIAL_ERRORS = new Set(['AI_LoadAPIKeyError', 'AI_LoadSettingError']);

/**
 * What a failure means: by status, error code, network cause and headers, never by words of a message.
 *
 * The default of the `classifyFailure` setting; one of your own may call it.
 */
export const classifyFailure: ClassifyFailure = (error) => {
  const facts = readFailure(error);
  if (facts.names.includes('AI_CredentialError')) return withoutCredential(facts);
  const failure = classify(facts);
  const code = facts.codes[0] ?? (failure.class === 'retryable' ? tellingName(facts) : undefined);
  const told = facts.headers['x-should-retry'];
  return {
    ...(told === 'true' && failure.class === 'rejected' && failure.reason === undefined
      ? { class: 'retryable' }
      : failure),
    statusCode: facts.statusCode,
    code,
    mayAskAgain: told === 'false' ? false : undefined,
  };
};

/** Says of a failure without status or code at least what kind of error it was: an answer that is no JSON, a stream that was cut. */
function tellingName({ statusCode = 0, names }: FailureFacts): string | undefined {
  if (statusCode >= 400) return undefined;
  const telling = names.filter((name) => /^\w{1,64}$/.test(name) && name !== 'Error' && name !== 'AI_APICallError');
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

function classify(facts: FailureFacts): Failure {
  const { statusCode, codes } = facts;
  if (codes.some((code) => QUOTA_CODES.has(code))) return { class: 'quota-exhausted', scope: 'endpoint' };
  const reason = codes.map((code) => REJECTIONS.get(code)).find((known) => known !== undefined);
  if (reason !== undefined) return { class: 'rejected', reason };
  if (codes.some((code) => MODEL_CODES.has(code))) return { class: 'misconfigured' };
  if (codes.some((code) => RATE_LIMIT_CODES.has(code))) return limited(facts);
  if (codes.some((code) => SERVER_CODES.has(code)) && statusCode === 400) return { class: 'retryable' };
  return statusCode !== undefined && statusCode >= 400 ? byStatus(statusCode, facts) : withoutStatus(facts);
}

function byStatus(statusCode: number, facts: FailureFacts): Failure {
  switch (statusCode) {
    case 401:
    case 403:
      return { class: 'misconfigured', scope: 'endpoint' };
    case 402:
      return { class: 'quota-exhausted', scope: 'endpoint' };
    case 404:
      return notFound(facts);
    case 408:
    case 409:
    case 425:
      // Timeouts and conflicts pass; the AI SDK retries them too (APICallError's default for isRetryable).
      return { class: 'retryable' };
    case 429:
      return limited(facts);
    default:
      return byRange(statusCode, facts);
  }
}

/** Of a deployment that is missing, or of something that the request names and this service does not know. */
function notFound({ param, codes }: FailureFacts): Failure {
  if (param !== undefined && param !== 'model') return { class: 'rejected' };
  // OpenAI's own way to say that something is not there; of a model it says so.
  const isUnclear = param === undefined && codes.includes('invalid_request_error');
  return { class: isUnclear ? 'retryable' : 'misconfigured' };
}

function byRange(statusCode: number, facts: FailureFacts): Failure {
  if (statusCode < 500) return { class: 'rejected' };
  // Overloaded, and saying until when.
  const isOverload = statusCode === 503 || statusCode === 529;
  const statedMs = isOverload ? statedRetryAfterMs(facts.headers, Date.now()) : undefined;
  return statedMs === undefined ? { class: 'retryable' } : { class: 'rate-limited', retryAfterMs: statedMs };
}

const limited = ({ headers, body }: FailureFacts): Failure => ({
  class: 'rate-limited',
  retryAfterMs: retryAfterMs(headers, body, Date.now()),
});

/** Network errors, timeouts of ours, errors inside a stream, and whatever the SDK throws without a request. */
function withoutStatus(facts: FailureFacts): Failure {
  const { codes, names } = facts;
  if (codes.some((code) => REQUEST_CODES.has(code)) || names.some((name) => REQUEST_ERRORS.has(name)))
    return { class: 'rejected' };
  if (names.some((name) => CREDENTIAL_ERRORS.has(name))) return { class: 'misconfigured', scope: 'endpoint' };
  // All that is left is the network, a broken answer, or a fault in between: somebody else may do better.
  return { class: 'retryable', scope: codes.some(isEndpoints) ? 'endpoint' : 'deployment' };
}
