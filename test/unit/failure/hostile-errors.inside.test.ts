import { describe, expect, it } from 'vitest';

import { failureOfAnswer, isFailedFinish } from '../../../src/failure/failed-answer.ts';
import { failureHeaders } from '../../../src/failure/failure-facts.ts';
import { guardedClassifier } from '../../../src/failure/guarded-classifier.ts';
import { AttemptTimeoutError, classifyFailure, type Failure } from '../../../src/index.ts';
import { apiError, networkError } from '../api-error.ts';
import { hostile, revoked, throwing } from './hostile.ts';

const context = { endpoint: 'east', modelId: 'gpt-4' };
const classify = (error: unknown): Failure => classifyFailure(error, context);

describe('a hostile error', () => {
  it.each(hostile)('is a failure like any other: %s', (_, error) => {
    expect(classify(error).class).toBe('retryable');
    expect(failureHeaders(error)).toBeUndefined();
    expect(AttemptTimeoutError.isInstance(error)).toBe(false);
  });

  it('tells what can be read of it', () => {
    expect(classify(throwing({ statusCode: 429 })).class).toBe('rate-limited');
    expect(classify(new Error('failed', { cause: throwing({ code: 'ECONNREFUSED' }) })).scope).toBe('endpoint');
  });

  it('of 200,000 attempts is read as far as it tells something new', () => {
    const { cause } = networkError('ECONNREFUSED');
    const error = new TypeError('fetch failed', { cause: new AggregateError(Array(200_000).fill(cause)) });
    const started = performance.now();

    expect(classify(error).scope).toBe('endpoint');
    expect(performance.now() - started).toBeLessThan(100);
  });

  it('with a body of 50 megabytes is classified in no time', () => {
    const responseBody = Buffer.alloc(50_000_000, '{"error":{"message":"retry after ').toString();
    const error = apiError(429, { responseBody });
    const started = performance.now();

    expect(classify(error).class).toBe('rate-limited');
    expect(performance.now() - started).toBeLessThan(100);
  });
});

describe('hostile headers', () => {
  it.each<[what: string, headers: object, retryAfterMs: number | undefined]>([
    ['a list, of which the first counts', { 'retry-after': ['7', '9'] }, 7_000],
    ['a number', { 'retry-after': 7 }, 7_000],
    ['symbols', { 'retry-after': Symbol('7'), 'retry-after-ms': [Symbol('7')] }, undefined],
    ['objects', { 'retry-after': { valueOf: () => 7 } }, undefined],
    ['megabytes', { 'retry-after': '7'.repeat(5_000_000) }, undefined],
    ['getters that throw', throwing(), undefined],
    ['a revoked proxy', revoked(), undefined],
  ])('are read as far as they are texts: %s', (_, headers, retryAfterMs) => {
    const error = Object.assign(new Error('failed'), { statusCode: 429, responseHeaders: headers });

    expect(classify(error)).toMatchObject({ class: 'rate-limited', retryAfterMs });
  });
});

describe('a hostile answer', () => {
  it.each([
    ['getters that throw', throwing()],
    ['a revoked proxy', revoked()],
    ['a body that is a revoked proxy', { response: { body: revoked(), headers: revoked() }, finishReason: revoked() }],
    ['a body whose getters throw', { response: { body: throwing() }, rawResponse: throwing() }],
    ['choices that are none', { response: { body: { choices: { length: 1e9 } } } }],
    ['nothing', undefined],
  ])('is not taken for one that failed: %s', (_, answer) => {
    expect(failureOfAnswer(answer)).toBeUndefined();
    expect(isFailedFinish(answer)).toBe(false);
  });
});

describe('a classifier of the user’s', () => {
  const failed = { class: 'rejected' } as const;
  const guarded = (own: () => unknown) => guardedClassifier(own as () => Failure, () => failed)('error', context);

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('own');
      },
    ],
    ['returns nothing', () => undefined],
    ['returns another class', () => ({ class: 'broken' })],
    ['returns what cannot be read', revoked],
    ['returns a symbol', () => ({ class: Symbol('rejected') })],
  ])('that %s leaves the decision to ours', (_, own) => {
    expect(guarded(own)).toEqual(failed);
  });

  it('gives no code that is none, and no time that is none', () => {
    expect(guarded(() => ({ class: 'rate-limited', code: 'sk-proj-abc', retryAfterMs: Number.NaN }))).toEqual({
      class: 'rate-limited',
    });
    expect(guarded(() => ({ class: 'rate-limited', code: 'busy', retryAfterMs: 5 }))).toEqual({
      class: 'rate-limited',
      code: 'busy',
      retryAfterMs: 5,
    });
  });
});
