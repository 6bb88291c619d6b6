import { APICallError } from '@ai-sdk/provider';

export interface ApiErrorSettings {
  readonly headers?: Readonly<Record<string, string>>;
  /** The error object in the body. */
  readonly error?: Readonly<Record<string, unknown>>;
  readonly message?: string;
  /** Sent instead of the error object. */
  readonly responseBody?: string;
  readonly isRetryable?: boolean;
}

/** An HTTP error as the AI SDK's models throw it. */
export function apiError(statusCode: number, settings: ApiErrorSettings = {}): APICallError {
  const { headers, error, message = 'It failed.', responseBody, isRetryable } = settings;
  return new APICallError({
    message,
    url: 'https://fake.example/v1/chat/completions',
    requestBodyValues: { model: 'm' },
    statusCode,
    ...(headers && { responseHeaders: { ...headers } }),
    ...(error && { data: { error }, responseBody: JSON.stringify({ error }) }),
    ...(responseBody !== undefined && { responseBody }),
    ...(isRetryable !== undefined && { isRetryable }),
  });
}

/** A 429 that names the time after which calls are taken again. */
export const rateLimit = (retryAfterSeconds: number): APICallError =>
  apiError(429, { headers: { 'retry-after': String(retryAfterSeconds) } });

/** What undici makes of a failed connection. */
export const networkError = (code: string): TypeError =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(`${code} 127.0.0.1`), { code }) });
