import { describe, expect, it } from 'vitest';

import { isCodeWord } from '../../../src/failure/code-word.ts';
import { FAILURE_CODES, GENERAL_CODES } from '../../../src/failure/failure-codes.ts';
import { classifyFailure, type Failure } from '../../../src/index.ts';
import { apiError } from '../api-error.ts';

const classify = (error: unknown): Failure => classifyFailure(error, { endpoint: 'east', modelId: 'gpt-4' });

const known = FAILURE_CODES.flatMap(([meaning, ...codes]) =>
  codes.filter((code) => typeof code === 'string').map((code) => [code, meaning] as const),
);

describe('a known code', () => {
  it.each(known)('decides whatever the status: %s', (code, meaning) => {
    for (const status of [400, 404, 429, 500]) {
      expect(classify(apiError(status, { error: { code } }))).toMatchObject({ ...meaning, statusCode: status, code });
    }
    expect(classify({ error: { code, message: 'It failed.' } })).toMatchObject({ ...meaning, code });
  });

  it('is in one row of the tables only, and looks like a code', () => {
    const codes = [...FAILURE_CODES, ...GENERAL_CODES]
      .flatMap(([, ...each]) => each)
      .filter((code) => typeof code === 'string');

    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
    expect(codes.filter((code) => !isCodeWord(code))).toEqual([]);
  });

  it('of an account without money counts before what is said beside it', () => {
    const error = { code: 'rate_limit_exceeded', type: 'insufficient_quota' };

    expect(classify(apiError(429, { error })).class).toBe('quota-exhausted');
  });
});

describe('a general code', () => {
  it.each<[code: string, withoutStatus: Failure]>([
    ['invalid_request_error', { class: 'rejected' }],
    ['BadRequestError', { class: 'rejected' }],
    ['invalid_value', { class: 'rejected' }],
    ['unsupported_value', { class: 'rejected' }],
    ['unknown_parameter', { class: 'rejected' }],
    ['missing_required_parameter', { class: 'rejected' }],
    ['string_above_max_length', { class: 'rejected' }],
    ['audio_too_short', { class: 'rejected' }],
    ['hate_policy', { class: 'rejected' }],
    ['server_error', { class: 'retryable' }],
    ['vector_store_timeout', { class: 'retryable' }],
    ['overloaded_error', { class: 'retryable' }],
    ['invalid_response', { class: 'retryable' }],
    ['invalid_upstream_response', { class: 'retryable' }],
    ['unknown_error', { class: 'retryable' }],
    ['something_else', { class: 'retryable' }],
  ])('decides where there is no status: %s', (code, withoutStatus) => {
    expect(classify({ error: { code, message: 'It failed.' } })).toMatchObject(withoutStatus);
    expect(classify(apiError(401, { error: { code: 'x', type: code } })).class).toBe('misconfigured');
    expect(classify(apiError(500, { error: { code } })).class).toBe('retryable');
  });

  it('of the service makes its own fault of a bad request', () => {
    expect(classify(apiError(400, { error: { code: 'server_error' } })).class).toBe('retryable');
  });
});
