import type { Failure } from './failure.ts';

/** What some codes mean. Of rows that know a code of a failure, the first counts. */
export type CodeTable = readonly (readonly [meaning: Failure, ...codes: readonly (string | RegExp)[]])[];

/** Codes by which a service says that it does not know what a request refers to, or cannot decrypt it. */
export const NOT_STORED = [
  'item_not_found',
  'previous_response_not_found',
  'response_not_found',
  'conversation_not_found',
  'invalid_encrypted_content',
  'file_not_found',
  'container_not_found',
  'vector_store_not_found',
] as const;

/**
 * Codes that decide, whatever the status, and wherever the code was found; and names of the errors that the AI SDK throws before any
 * request.
 *
 * Sources: OpenAI's guide to error codes, and the error codes of a Response in its specification; Azure OpenAI's REST reference; the
 * error pages of OpenRouter, Mistral and Groq.
 */
export const FAILURE_CODES: CodeTable = [
  [
    // The account has no money, no plan or no quota left: often 429 by status, but nothing that waiting mends.
    { class: 'quota-exhausted', scope: 'endpoint' },
    'insufficient_quota',
    'InsufficientQuota',
    'quota_exceeded',
    'billing_hard_limit_reached',
    'billing_not_active',
    'access_terminated',
    'credit_balance_exhausted',
    'organization_spend_limit_exceeded',
    'organization_usage_limit_exceeded',
    'project_spend_limit_exceeded',
    'usage_limit_exceeded',
  ],
  [
    { class: 'rejected', reason: 'content-filter' },
    'content_filter',
    'ResponsibleAIPolicyViolation',
    'content_policy_violation',
    'image_content_policy_violation',
    'misalignment_policy_violation',
    'moderation_blocked',
    'bio_policy',
    'cyber_policy',
  ],
  [
    { class: 'rejected', reason: 'context-length' },
    'context_length_exceeded',
    'max_tokens_exceeded',
    'token_limit_exceeded',
  ],
  [
    // The prompt, a picture in it, or the room for an answer: any other endpoint would say the same.
    { class: 'rejected' },
    'invalid_prompt',
    'invalid_image',
    'invalid_image_format',
    'invalid_image_mode',
    'invalid_image_url',
    'invalid_base64_image',
    'image_too_large',
    'image_too_small',
    'image_file_too_large',
    'image_file_not_found',
    'image_parse_error',
    'empty_image_file',
    'unsupported_image_media_type',
    'failed_to_download_image',
    'max_output_tokens',
    ...NOT_STORED,
    // What a model of the AI SDK cannot send.
    'AI_UnsupportedFunctionalityError',
    'AI_InvalidPromptError',
    'AI_InvalidArgumentError',
    'AI_NoSuchProviderReferenceError',
    'AI_TooManyEmbeddingValuesForCallError',
    'AI_InvalidMessageRoleError',
    'AI_InvalidDataContentError',
    'AI_DownloadError',
  ],
  [
    // The model or deployment does not exist here, or may not be used.
    { class: 'misconfigured' },
    'DeploymentNotFound',
    'model_not_found',
    'ModelNotFound',
    'model_not_available',
    'model_decommissioned',
    'OperationNotSupported',
    'unsupported_model',
    'unknown_model',
    'AI_NoSuchModelError',
    // A key that may do some things but not this one.
    'missing_scope',
    'insufficient_permissions',
    'permission_denied',
    'permission_error',
    'PermissionDenied',
  ],
  [
    { class: 'misconfigured', scope: 'endpoint' },
    'invalid_api_key',
    'AI_LoadAPIKeyError',
    'AI_LoadSettingError',
    // Google's, with status 400.
    'API_KEY_INVALID',
    'invalid_organization',
    'mismatched_organization',
    'account_deactivated',
    'authentication_error',
    'AuthenticationTypeDisabled',
    'unsupported_country_region_territory',
  ],
  [
    { class: 'rate-limited' },
    'rate_limit_exceeded',
    'rate_limit_error',
    'rate_limited',
    'RateLimitReached',
    'too_many_requests',
    'TooManyRequests',
    'slow_down',
    'flex_unavailable',
  ],
];

/** Codes and types that are too general to overrule a status: for a failure that has none, as within a stream. */
export const GENERAL_CODES: CodeTable = [
  [
    { class: 'retryable' },
    'server_error',
    'api_error',
    'overloaded_error',
    'internal_server_error',
    'InternalServerError',
    'vector_store_timeout',
    /^invalid_(?:\w+_)?response/,
  ],
  [
    { class: 'rejected' },
    'invalid_request_error',
    'BadRequestError',
    'BadRequest',
    'bad_request',
    'data_residency_mismatch',
    'unknown_parameter',
    /^(?:invalid|unsupported|missing)_/,
    /_(?:too_(?:large|small|long|short|big|many|few)|(?:above|below)_(?:max|min)\w*|policy|policy_violation)$/,
  ],
];

/** What the codes of a failure mean by a table. */
export function meaningOf(codes: readonly string[], table: CodeTable): Failure | undefined {
  const row = table.find(([, ...known]) =>
    known.some((code) => (typeof code === 'string' ? codes.includes(code) : codes.some((each) => code.test(each)))),
  );
  return row?.[0];
}
