/** Where AI SDK 4 to 7 put what a service says of a failure: the classifier finds it in each place. */
import { APICallError, TypeValidationError } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';

import { classifyFailure, type Failure } from '../../../src/index.ts';

const classify = (error: unknown): Failure => classifyFailure(error, { endpoint: 'east', modelId: 'gpt-4' });

const message = 'It failed.';

/** The error that the AI SDK throws for an answer with this status and body. */
const thrown = (statusCode: number, more: Partial<ConstructorParameters<typeof APICallError>[0]>): APICallError =>
  new APICallError({
    message,
    url: 'https://fake.example/v1/responses',
    requestBodyValues: {},
    statusCode,
    ...more,
  });

const ofBody = (statusCode: number, body: unknown): APICallError =>
  thrown(statusCode, { responseBody: JSON.stringify(body), responseHeaders: { 'content-type': 'application/json' } });

/** What AI SDK 6 and 7 throw for a chunk before output: with the chunk as data, and a status of their own. */
const guessed = (statusCode: number, chunk: object): APICallError =>
  thrown(statusCode, {
    data: chunk,
    responseBody: JSON.stringify(chunk),
    responseHeaders: { 'content-type': 'text/event-stream; charset=utf-8' },
    isRetryable: true,
  });

/** What they send as an error part after output. */
const afterOutput = (statusCode: number, code: string, chunk: object): object => ({
  message,
  type: 'error',
  code,
  statusCode,
  isRetryable: true,
  data: chunk,
});

const invalidJson = (body: unknown): APICallError =>
  thrown(200, {
    message: 'Invalid JSON response',
    responseBody: JSON.stringify(body),
    cause: new TypeValidationError({ value: body, cause: new Error('no choices') }),
    isRetryable: false,
  });

/** A failure of AI SDK 4 to 7 whose service has sent a code. */
type Place = readonly [place: string, error: (code: string) => unknown];

const failed = (code: string) => ({ code, message });
const flat = (code: string) => ({ type: 'error', sequence_number: 1, code, message });
const nested = (code: string) => ({ type: 'error', sequence_number: 1, error: { type: 'x', code, message } });
const responseFailed = (code: string) => ({
  type: 'response.failed',
  sequence_number: 1,
  response: { error: failed(code), incomplete_details: null },
});

const places: readonly Place[] = [
  ['a body with status 400', (code) => ofBody(400, { error: failed(code) })],
  ['a body in a list', (code) => ofBody(400, [{ error: failed(code) }])],
  ['a body without an error around it', (code) => ofBody(400, failed(code))],
  ['a body with two errors around it', (code) => ofBody(400, { error: { error: failed(code) } })],
  ['an inner error', (code) => ofBody(400, { error: { code: null, message, innererror: { code } } })],
  ['a type', (code) => ofBody(400, { error: { code: null, type: code, message } })],
  ['the parsed error alone', (code) => thrown(400, { data: { error: failed(code) } })],
  ['a body with status 200', (code) => invalidJson({ error: failed(code) })],
  ['a body with status 200 and without an error around it', (code) => invalidJson(failed(code))],
  ['an answer that failed', (code) => invalidJson({ status: 'failed', error: failed(code), output: [] })],
  // As AI SDK 4 keeps it, and 5 to 7 an error that has all that they expect.
  ['an answer that failed, parsed', (code) => thrown(400, bodyOf({ status: 'failed', error: failed(code) }))],
  ['an answer without an output, parsed', (code) => thrown(500, bodyOf({ incomplete_details: { reason: code } }))],
  ['a first chunk of Chat', (code) => guessed(500, { message, type: null, param: null, code })],
  ['a first chunk of Chat, its status misread', (code) => guessed(429, { message, type: null, param: null, code })],
  ['a first event', (code) => guessed(400, flat(code))],
  ['a first event, one level down', (code) => guessed(404, nested(code))],
  ['response.failed', (code) => guessed(500, responseFailed(code))],
  ['an error part of Chat', (code) => ({ message, type: null, param: null, code })],
  ['an error part of Chat with the error around it', (code) => ({ error: failed(code) })],
  ['an error part of Responses', flat],
  ['an error part of Responses, one level down', nested],
  ['an error part of Responses that failed', responseFailed],
  ['an error part after output', (code) => afterOutput(500, code, flat(code))],
  ['an error part after output, its status misread', (code) => afterOutput(401, code, failed(code))],
  ['a chunk of another API', (code) => new TypeValidationError({ value: { error: failed(code) }, cause: new Error() })],
  ['an error of another SDK', (code) => Object.assign(new Error(message), { status: 400, error: failed(code) })],
  ['a cause', (code) => new Error(message, { cause: ofBody(400, { error: failed(code) }) })],
];

// AI SDK 4 puts a parsed body where a text is expected.
const bodyOf = (body: object): { readonly responseBody: string; readonly isRetryable: boolean } => ({
  responseBody: body as unknown as string,
  isRetryable: false,
});

describe.each(places)('a code is found in %s:', (_, errorWith) => {
  it.each<[code: string, meaning: Failure]>([
    ['content_filter', { class: 'rejected', reason: 'content-filter' }],
    ['context_length_exceeded', { class: 'rejected', reason: 'context-length' }],
    ['image_too_large', { class: 'rejected' }],
    ['cyber_policy', { class: 'rejected', reason: 'content-filter' }],
    ['insufficient_quota', { class: 'quota-exhausted', scope: 'endpoint' }],
    ['model_not_found', { class: 'misconfigured' }],
    ['invalid_api_key', { class: 'misconfigured', scope: 'endpoint' }],
    ['rate_limit_exceeded', { class: 'rate-limited' }],
  ])('%s', (code, meaning) => {
    const failure = classify(errorWith(code));

    expect(failure).toMatchObject(meaning);
    expect([failure.reason, failure.scope, failure.code]).toEqual([meaning.reason, meaning.scope, code]);
  });
});

describe('a status that the AI SDK has made up', () => {
  it.each<[string, unknown]>([
    ['of a chunk', guessed(401, { message, type: null, param: null, code: null })],
    ['of an event', guessed(404, { type: 'error', sequence_number: 1, message })],
    ['of an answer', thrown(400, bodyOf({ status: 'failed', error: { message } }))],
    ['of an error part', { message, code: null, statusCode: 403, isRetryable: false, data: { message } }],
  ])('%s is not taken for the service’s', (_, error) => {
    expect(classify(error)).toMatchObject({ class: 'retryable', statusCode: undefined });
  });

  it('is not one that the service has sent', () => {
    const error = { message, type: 'x', param: null, code: null };
    const sent = thrown(401, { data: { error }, responseBody: JSON.stringify({ error }), isRetryable: false });

    expect(classify(sent)).toMatchObject({ class: 'misconfigured', statusCode: 401 });
  });

  it('counts for less than one in its body', () => {
    expect(classify(guessed(500, { message, code: 400 }))).toMatchObject({ class: 'rejected', statusCode: 400 });
    expect(classify(guessed(500, { message, code: '429' }))).toMatchObject({ class: 'rate-limited', statusCode: 429 });
  });
});

describe('what is no error of a service', () => {
  it.each<[string, unknown]>([
    // zod 3 keeps its issues in `errors`, zod 4 calls one of them invalid_value.
    ['an issue of a schema', Object.assign(new Error(message), { errors: [{ code: 'invalid_value', message }] })],
    ['the metadata of an answer', invalidJson({ metadata: { error: { code: 'content_filter' } }, output: [] })],
    ['a body that is too long for an error', ofLongBody({ error: failed('content_filter') })],
  ])('gives no code: %s', (_, error) => {
    expect(classify(error)).toMatchObject({ class: 'retryable' });
  });

  it('is no filtered answer, where a whole answer that cannot be read has such a code in it', () => {
    const body = { choices: [{ message: { content: 'x', code: 'content_filter' } }] };
    expect(classify(invalidJson(body))).toMatchObject({ class: 'rejected', code: 'AI_TypeValidationError' });
    expect(classify(invalidJson({ ...body, error: { message } }))).toMatchObject({ class: 'retryable' });
  });
});

function ofLongBody(body: object): APICallError {
  return ofBody(500, { padding: 'x'.repeat(300_000), ...body });
}
