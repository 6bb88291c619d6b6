import {
  APICallError,
  InvalidPromptError,
  InvalidResponseDataError,
  JSONParseError,
  LoadAPIKeyError,
  LoadSettingError,
  NoSuchProviderReferenceError,
  TypeValidationError,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider';

import { AttemptTimeoutError, CredentialError, type Failure, IncompleteStreamError } from '../../../src/index.ts';
import { apiError, networkError } from '../api-error.ts';

/** What may be thrown or sent, with the message that it carries. */
type Make = (message: string) => unknown;
type Row = readonly [what: string, make: Make, expected: Partial<Failure>];

const api =
  (statusCode: number, settings: Parameters<typeof apiError>[1] = {}): Make =>
  (message) =>
    apiError(statusCode, {
      ...settings,
      message,
      ...(settings.error && { error: { message, ...settings.error } }),
    });
const network =
  (code: string): Make =>
  (message) =>
    new TypeError(message, { cause: Object.assign(new Error(message), { code }) });
const withCode =
  (code: string): Make =>
  (message) =>
    Object.assign(new Error(message), { code });

export const rows: readonly Row[] = [
  ...[500, 502, 503, 504, 520, 529].map((status): Row => [`${status}`, api(status), { class: 'retryable' }]),
  ['408', api(408), { class: 'retryable' }],
  ['500 that names a time', api(500, { headers: { 'retry-after': '7' } }), { class: 'retryable' }],
  ['429', api(429), { class: 'rate-limited' }],
  [
    '429 that names a time',
    api(429, { headers: { 'retry-after': '7' } }),
    { class: 'rate-limited', retryAfterMs: 7_000 },
  ],
  [
    '503 that names a time',
    api(503, { headers: { 'retry-after': '7' } }),
    { class: 'rate-limited', retryAfterMs: 7_000 },
  ],
  [
    '529 that names a time',
    api(529, { headers: { 'retry-after': '7' } }),
    { class: 'rate-limited', retryAfterMs: 7_000 },
  ],
  [
    '429 of an account without money',
    api(429, { error: { code: 'insufficient_quota', type: 'insufficient_quota' }, headers: { 'retry-after': '1' } }),
    { class: 'quota-exhausted' },
  ],
  [
    '429 whose type alone says that there is no money',
    api(429, { error: { code: null, type: 'insufficient_quota' } }),
    { class: 'quota-exhausted' },
  ],
  [
    '429 with the billing limit',
    api(429, { error: { code: 'billing_hard_limit_reached' } }),
    { class: 'quota-exhausted' },
  ],
  ['401', api(401), { class: 'misconfigured', scope: 'endpoint' }],
  [
    '401 of OpenAI',
    api(401, { error: { code: 'invalid_api_key', type: 'invalid_request_error' } }),
    { class: 'misconfigured' },
  ],
  ['403 with a code', api(403, { error: { code: '403' } }), { class: 'misconfigured', scope: 'endpoint' }],
  ['404 DeploymentNotFound', api(404, { error: { code: 'DeploymentNotFound' } }), { class: 'misconfigured' }],
  [
    '404 model_not_found',
    api(404, { error: { code: 'model_not_found', type: 'invalid_request_error', param: null } }),
    { class: 'misconfigured' },
  ],
  [
    '404 for an item that the service does not know',
    api(404, { error: { code: null, type: 'invalid_request_error', param: 'input' } }),
    { class: 'rejected' },
  ],
  ['400', api(400), { class: 'rejected' }],
  ['413', api(413), { class: 'rejected' }],
  ['422', api(422), { class: 'rejected' }],
  [
    '400 content_filter of Azure',
    api(400, {
      error: { code: 'content_filter', param: 'prompt', innererror: { code: 'ResponsibleAIPolicyViolation' } },
    }),
    { class: 'rejected', reason: 'content-filter' },
  ],
  [
    '400 context_length_exceeded',
    api(400, { error: { code: 'context_length_exceeded', type: 'invalid_request_error' } }),
    { class: 'rejected', reason: 'context-length' },
  ],
  ['400 that should be retried', api(400, { headers: { 'x-should-retry': 'true' } }), { class: 'retryable' }],
  ['500 that should not be retried', api(500, { headers: { 'x-should-retry': 'false' } }), { class: 'retryable' }],
  [
    'a page with status 200',
    api(200, { responseBody: '<html>sign in</html>', isRetryable: false }),
    { class: 'retryable' },
  ],
  ['a refused connection', network('ECONNREFUSED'), { class: 'retryable', scope: 'endpoint' }],
  ['an unknown host', network('ENOTFOUND'), { class: 'retryable', scope: 'endpoint' }],
  ['a DNS server that is away', network('EAI_AGAIN'), { class: 'retryable', scope: 'endpoint' }],
  ['a reset connection', network('ECONNRESET'), { class: 'retryable', scope: 'deployment' }],
  ['a raw reset', withCode('ECONNRESET'), { class: 'retryable', scope: 'deployment' }],
  ['a socket that was closed', network('UND_ERR_SOCKET'), { class: 'retryable' }],
  ['headers that do not come', network('UND_ERR_HEADERS_TIMEOUT'), { class: 'retryable' }],
  ['a connection that takes too long', network('UND_ERR_CONNECT_TIMEOUT'), { class: 'retryable', scope: 'endpoint' }],
  ['fetch failed, without a cause', (message) => new TypeError(message), { class: 'retryable' }],
  [
    'a connection that was refused by every address',
    (message) =>
      new TypeError(message, {
        cause: new AggregateError([networkError('ECONNREFUSED').cause, networkError('ECONNREFUSED').cause], message),
      }),
    { class: 'retryable', scope: 'endpoint' },
  ],
  [
    'a refused connection as the AI SDK wraps it',
    (message) =>
      new APICallError({
        message,
        url: 'https://east.example',
        requestBodyValues: {},
        cause: networkError('ECONNREFUSED'),
        isRetryable: true,
      }),
    { class: 'retryable', scope: 'endpoint' },
  ],
  [
    'malformed JSON',
    (message) => new JSONParseError({ text: '{', cause: new SyntaxError(message) }),
    { class: 'retryable' },
  ],
  [
    'an event of another shape',
    (message) => new TypeValidationError({ value: {}, cause: new Error(message) }),
    { class: 'retryable' },
  ],
  [
    'an answer of another shape',
    (message) => new InvalidResponseDataError({ data: {}, message }),
    { class: 'retryable' },
  ],
  [
    'a time limit of ours',
    () => new AttemptTimeoutError({ setting: 'timeout.attemptMs', timeoutMs: 1, endpoint: 'east' }),
    { class: 'retryable' },
  ],
  ['a stream that was cut', () => new IncompleteStreamError({ endpoint: 'east' }), { class: 'retryable' }],
  [
    'a token provider that throws',
    (message) => new CredentialError({ endpoint: 'east', setting: 'tokenProvider', cause: new Error(message) }),
    { scope: 'endpoint' },
  ],
  [
    'a token provider that throws, as fetch wraps it',
    (message) => new TypeError(message, { cause: new CredentialError({ endpoint: 'east', setting: 'apiKey' }) }),
    { scope: 'endpoint' },
  ],
  [
    'a key that is missing',
    (message) => new LoadAPIKeyError({ message }),
    { class: 'misconfigured', scope: 'endpoint' },
  ],
  ['a setting that is missing', (message) => new LoadSettingError({ message }), { class: 'misconfigured' }],
  [
    'what the model cannot do',
    (message) => new UnsupportedFunctionalityError({ functionality: 'x', message }),
    { class: 'rejected' },
  ],
  ['a prompt that is none', (message) => new InvalidPromptError({ prompt: [], message }), { class: 'rejected' }],
  [
    'a file of another provider',
    (message) => new NoSuchProviderReferenceError({ provider: 'azure', reference: { openai: 'file-1' }, message }),
    { class: 'rejected' },
  ],
  [
    'a picture that cannot be fetched, with the status of its address',
    (message) => Object.assign(new Error(message), { name: 'AI_DownloadError', statusCode: 404 }),
    { class: 'rejected' },
  ],
  [
    'a model that the endpoint’s provider does not have',
    (message) => Object.assign(new Error(message), { name: 'AI_NoSuchModelError' }),
    { class: 'misconfigured' },
  ],
  [
    'an error event of Chat',
    (message) => ({ error: { message, type: 'server_error', code: null } }),
    { class: 'retryable' },
  ],
  [
    'an error event that is the error itself',
    (message) => ({ message, type: 'server_error', code: null }),
    { class: 'retryable' },
  ],
  [
    'an error event of Responses',
    (message) => ({ type: 'error', code: 'server_error', message, param: null, sequence_number: 3 }),
    { class: 'retryable' },
  ],
  [
    'an error event of Responses, one level down',
    (message) => ({ type: 'error', error: { code: 'server_error', message } }),
    { class: 'retryable' },
  ],
  [
    'response.failed',
    (message) => ({ type: 'response.failed', response: { error: { code: 'server_error', message } } }),
    { class: 'retryable' },
  ],
  [
    'a rate limit inside a stream',
    (message) => ({ error: { message, type: 'requests', code: 'rate_limit_exceeded' } }),
    { class: 'rate-limited' },
  ],
  [
    'a rate limit inside a Responses stream',
    (message) => ({ type: 'response.failed', response: { error: { code: 'rate_limit_exceeded', message } } }),
    { class: 'rate-limited' },
  ],
  ['a status as a code', (message) => ({ error: { message, code: '429' } }), { class: 'rate-limited' }],
  ['a status as a number', (message) => ({ error: { message, code: 503 } }), { class: 'retryable' }],
  [
    'no money inside a stream',
    (message) => ({ error: { message, type: 'insufficient_quota', code: 'insufficient_quota' } }),
    { class: 'quota-exhausted' },
  ],
  [
    'a content filter inside a stream',
    (message) => ({ error: { message, code: 'content_filter' } }),
    { class: 'rejected', reason: 'content-filter' },
  ],
  [
    'too long a prompt inside a stream',
    (message) => ({ error: { message, code: 'context_length_exceeded' } }),
    { class: 'rejected', reason: 'context-length' },
  ],
  ['an error without a word', (message) => new Error(message), { class: 'retryable' }],
  ['a string', (message) => message, { class: 'retryable' }],
];
