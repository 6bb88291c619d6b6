import { describe, expect, it } from 'vitest';

import { classifyFailure, type Failure, type FailureClass } from '../../../src/index.ts';
import { apiError } from '../api-error.ts';

const classify = (error: unknown): Failure => classifyFailure(error, { endpoint: 'east', modelId: 'gpt-4' });

const error = { message: 'It failed.', code: 'something' };
const page = '\n<!doctype html><html><body><h1>It failed.</h1></body></html>';
const statuses = Array.from({ length: 200 }, (_, index) => 400 + index);

/** Every status of a failure that is not `retryable`, when the service says no more than that. */
const meanings: Readonly<Record<number, FailureClass>> = {
  ...Object.fromEntries(
    [400, 406, 411, 412, 413, 414, 415, 416, 417, 422, 428, 431].map((status) => [status, 'rejected']),
  ),
  401: 'misconfigured',
  402: 'quota-exhausted',
  403: 'misconfigured',
  404: 'misconfigured',
  407: 'misconfigured',
  410: 'misconfigured',
  429: 'rate-limited',
};

describe('a status', () => {
  it('means the same in the answer and in the body of a 200', () => {
    for (const status of statuses) {
      const meaning = meanings[status] ?? 'retryable';
      const inBody = { ...error, code: status };

      expect([status, classify(apiError(status, { error })).class]).toEqual([status, meaning]);
      expect([status, classify(apiError(200, { error: inBody }))]).toMatchObject([
        status,
        { class: meaning, statusCode: status },
      ]);
      expect([status, classify(apiError(200, { error: { ...inBody, code: String(status) } })).class]).toEqual([
        status,
        meaning,
      ]);
    }
  });

  it('with a page for people is a proxy’s, and the next endpoint is asked', () => {
    for (const status of statuses.filter((each) => each !== 429)) {
      expect([status, classify(apiError(status, { responseBody: page })).class]).toEqual([status, 'retryable']);
    }
    expect(classify(apiError(429, { responseBody: page })).class).toBe('rate-limited');
  });

  it('of the answer counts before one in its body', () => {
    expect(classify(apiError(400, { error: { ...error, code: 500 } }))).toMatchObject({
      class: 'rejected',
      statusCode: 400,
    });
  });

  it.each([401, 402, 403, 503, 529])('%i that names a time is a limit', (status) => {
    const headers = { 'retry-after': '2' };

    expect(classify(apiError(status, { error, headers }))).toEqual({
      class: 'rate-limited',
      retryAfterMs: 2_000,
      statusCode: status,
      code: 'something',
    });
  });

  it.each([400, 404, 408, 413, 500, 502])('%i that names a time is none', (status) => {
    expect(classify(apiError(status, { error, headers: { 'retry-after': '2' } })).retryAfterMs).toBeUndefined();
  });
});

describe('a refusal', () => {
  it.each<[string, number, Parameters<typeof apiError>[1], Partial<Failure>]>([
    ['of the key', 401, { error: { code: 'invalid_api_key', type: 'invalid_request_error' } }, { scope: 'endpoint' }],
    ['of the key by Azure', 401, { error: { code: '401' } }, { scope: 'endpoint' }],
    ['of the key by a gateway', 401, { responseBody: '{"statusCode":401,"message":"m"}' }, { scope: 'endpoint' }],
    ['without a word', 401, {}, { scope: 'endpoint' }],
    [
      'of a key without the scope',
      401,
      { error: { code: null, type: 'invalid_request_error' } },
      { scope: 'deployment' },
    ],
    ['of a key without the permission', 403, { error: { code: 'permission_denied' } }, { scope: undefined }],
    ['of a key without the role', 401, { error: { code: 'PermissionDenied' } }, { scope: undefined }],
    ['of the network', 403, { error: { code: '403' } }, { scope: 'endpoint' }],
    ['of the country', 403, { error: { code: 'unsupported_country_region_territory' } }, { scope: 'endpoint' }],
    ['of keys altogether', 403, { error: { code: 'AuthenticationTypeDisabled' } }, { scope: 'endpoint' }],
  ])('%s is blamed on what it is about', (_, status, answer, expected) => {
    const { class: failureClass, scope } = classify(apiError(status, answer));

    expect({ class: failureClass, scope }).toEqual({ class: 'misconfigured', ...expected });
  });

  it.each<[string, Parameters<typeof apiError>[1], Partial<Failure>]>([
    ['by a code', { error: { code: 'content_policy_violation' } }, { class: 'rejected', reason: 'content-filter' }],
    [
      'by reasons',
      { error: { code: 403, metadata: { reasons: ['x'] } } },
      { class: 'rejected', reason: 'content-filter' },
    ],
    ['without a code', { responseBody: '{"statusCode":403,"message":"m"}' }, { class: 'retryable' }],
    ['without an object', { responseBody: '{"error":"Forbidden"}' }, { class: 'retryable' }],
    ['without a word', {}, { class: 'retryable' }],
  ])('403 of a content policy does not take the key for a wrong one: %s', (_, answer, expected) => {
    expect(classify(apiError(403, answer))).toMatchObject(expected);
  });

  it.each<[string, object, FailureClass]>([
    ['a model', { code: 'model_not_found', type: 'invalid_request_error' }, 'misconfigured'],
    ['a deployment', { code: 'DeploymentNotFound' }, 'misconfigured'],
    ['a container', { code: 'container_not_found' }, 'rejected'],
    ['an item', { code: null, type: 'invalid_request_error', param: 'input' }, 'rejected'],
    ['something that it does not name', { code: null, type: 'invalid_request_error', param: null }, 'retryable'],
  ])('404 and 410 are blamed on what is missing: %s', (_, missing, failureClass) => {
    expect(classify(apiError(404, { error: { ...missing } })).class).toBe(failureClass);
    expect(classify(apiError(410, { error: { ...missing } })).class).toBe(failureClass);
  });
});
