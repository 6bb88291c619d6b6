import { createOpenAI } from '@ai-sdk/openai';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { classifyFailure, type Failure } from '../../../src/index.ts';
import { apiError, networkError, rateLimit } from '../api-error.ts';
import { rows } from './failures.ts';

const classify = (error: unknown): Failure => classifyFailure(error, { endpoint: 'east', modelId: 'gpt-4' });

const coded = (statusCode: number, code: string, more: object = {}) =>
  apiError(statusCode, { error: { message: 'It failed.', code, ...more } });

describe('a failure is told by what it is:', () => {
  it.each(rows)('%s', (_, make, expected) => {
    expect(classify(make('It failed.'))).toMatchObject(expected);
  });

  it.each([undefined, null, 0, Number.NaN, '', true, Symbol('failure'), 10n])(
    '%o is a failure like any other',
    (error) => {
      expect(classify(error).class).toBe('retryable');
    },
  );

  it('causes that go round in a circle are looked at once', () => {
    const first: Error = new Error('first');
    const second = new Error('second', { cause: first });
    first.cause = second;

    expect(classify(first).class).toBe('retryable');
    expect(classify(Object.assign(second, { code: 'ECONNREFUSED' }))).toMatchObject({ scope: 'endpoint' });
  });

  it('options that a model refuses are at fault, whatever code stands in them', async () => {
    const model = createOpenAI({ apiKey: 'any' }).chat('gpt-5');
    const openai = { user: 5, error: { message: 'any', code: 'insufficient_quota' } };

    const answer = model.doGenerate({ prompt: [], providerOptions: { openai } });
    const error: unknown = await Promise.resolve(answer).catch((reason: unknown) => reason);

    expect(classify(error).class).toBe('rejected');
  });

  it('a service’s own code is handed on', () => {
    expect(classify(coded(404, 'DeploymentNotFound'))).toMatchObject({ statusCode: 404, code: 'DeploymentNotFound' });
    expect(classify(networkError('ECONNREFUSED'))).toMatchObject({ statusCode: undefined, code: 'ECONNREFUSED' });
  });

  it('a date is counted from now', () => {
    const { retryAfterMs } = classify(
      apiError(429, { headers: { 'retry-after': new Date(Date.now() + 60_000).toUTCString() } }),
    );

    expect(retryAfterMs).toBeGreaterThan(57_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it('a rate limit that names no time has none', () => {
    expect(classify(apiError(429)).retryAfterMs).toBeUndefined();
    expect(classify(rateLimit(0)).retryAfterMs).toBe(0);
  });
});

describe('a message', () => {
  const gistOf = ({ class: failureClass, scope, reason }: Failure) => [failureClass, scope, reason];
  const tempting = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '429 Too Many Requests: rate limit exceeded',
      'insufficient_quota: you exceeded your current quota',
      '401 Unauthorized: invalid_api_key',
      '400 content_filter context_length_exceeded invalid_request_error',
      '500 Internal Server Error',
      'ECONNREFUSED ENOTFOUND fetch failed',
      'AbortError: This operation was aborted',
      'TimeoutError',
      'DeploymentNotFound',
      '{"error":{"code":"insufficient_quota","type":"insufficient_quota"}}',
      'x-should-retry: false',
      'Please retry after 5 seconds.',
      '__proto__',
    ),
  );

  it('that names a time does not make a rate limit of an outage', () => {
    const said = (message: string) => classify(apiError(503, { error: { message, code: 'ServiceUnavailable' } })).class;

    expect(said('Please retry after 5 seconds.')).toBe(said('Please retry later.'));
  });

  it('never changes the class', () => {
    fc.assert(
      fc.property(fc.constantFrom(...rows), tempting, ([, make], message) => {
        expect(gistOf(classify(make(message)))).toEqual(gistOf(classify(make('It failed.'))));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('whatever is thrown, it', () => {
  const classes = ['retryable', 'rate-limited', 'quota-exhausted', 'misconfigured', 'rejected', 'aborted'];
  const anything = fc.anything({
    maxDepth: 1,
    withNullPrototype: true,
    withBigInt: true,
    withMap: true,
    withDate: true,
  });
  const leaf = fc.oneof(
    anything,
    fc.constantFrom<unknown>(Symbol('s'), Object.create(null), 429, '429', 'server_error'),
  );
  const error = fc.letrec<{ error: unknown }>((tie) => ({
    error: fc.record(
      Object.fromEntries(
        [
          'code',
          'type',
          'status',
          'statusCode',
          'param',
          'name',
          'message',
          'responseBody',
          'data',
          'errors',
          'response',
        ]
          .map((key): [string, fc.Arbitrary<unknown>] => [key, leaf])
          .concat(
            ['cause', 'error', 'innererror'].map((key) => [key, fc.oneof({ depthSize: 'small' }, leaf, tie('error'))]),
          ),
      ),
      { requiredKeys: [] },
    ),
  })).error;

  it('has a class', () => {
    fc.assert(
      fc.property(fc.oneof(error, anything), (thrown) => {
        expect(classes).toContain(classify(thrown).class);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['a code that is a symbol', { code: Symbol('code') }],
    ['a code that has no text', { error: { code: Object.create(null) as unknown } }],
  ])('has a class: %s', (_, thrown) => {
    expect(classify(thrown).class).toBe('retryable');
  });
});
