import { APICallError } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';

import { failureOfAnswer, isFailedFinish } from '../../../src/failure/failed-answer.ts';
import { classifyFailure, type Failure } from '../../../src/index.ts';

const error = { message: 'It failed.', code: 503 };

/** A result as AI SDK 4, and as 5 to 7, make it. */
const results = (body: object, finishReason: unknown = 'stop', headers: object = {}) => [
  { text: '', finishReason, response: { id: 'r' }, rawResponse: { headers, body } },
  { content: [], finishReason, response: { headers, body } },
];

it('the error of an answer that is not over names its status', () => {
  const [, result] = results({ status: 'queued', output: [] });

  expect(failureOfAnswer(result)?.message).toBe('The service says that its answer is "queued".');
});

const failedAnswers: readonly (readonly [
  what: string,
  body: object,
  finishReason: unknown,
  expected: Partial<Failure>,
])[] = [
  ...['failed', 'cancelled', 'in_progress', 'queued'].map(
    (status) => [status, { status, output: [] }, 'stop', { class: 'retryable', code: `response_${status}` }] as const,
  ),
  ['failed, with half an answer', { status: 'failed', output: [{ type: 'message' }] }, 'stop', { class: 'retryable' }],
  ['completed, without output', { status: 'completed', output: [] }, 'stop', { code: 'empty_answer' }],
  ['without a status and output', { output: [] }, 'unknown', { class: 'retryable', code: 'empty_answer' }],
  ['an error beside it', { choices: [], error }, 'stop', { class: 'retryable', statusCode: 503 }],
  ['an error in its choice', { choices: [{ error: { ...error, code: 429 } }] }, 'stop', { class: 'rate-limited' }],
  ['a code beside it', { error: { code: 'content_filter' } }, 'stop', { class: 'rejected', reason: 'content-filter' }],
  ['finish_reason error', { choices: [{ finish_reason: 'error' }] }, 'unknown', { code: 'finish_error' }],
  ['finish_reason abort', { choices: [{ finish_reason: 'abort' }] }, 'unknown', { class: 'retryable' }],
  ['the finish reason of v1 and v2', {}, 'error', { class: 'retryable' }],
  ['the finish reason of v3 and v4', {}, { unified: 'error', raw: undefined }, { class: 'retryable' }],
  ['the service’s finish reason', {}, { unified: 'other', raw: 'error' }, { class: 'retryable' }],
  [
    'the finish reason of DeepSeek',
    {},
    { unified: 'other', raw: 'insufficient_system_resource' },
    { class: 'retryable' },
  ],
];

const goodAnswers: readonly (readonly [what: string, body: unknown, finishReason: unknown])[] = [
  ['completed', { status: 'completed', error: null, output: [{ type: 'message' }] }, 'stop'],
  ['incomplete', { status: 'incomplete', output: [], incomplete_details: { reason: 'max_output_tokens' } }, 'length'],
  [
    'incomplete by a filter',
    { status: 'incomplete', output: [], incomplete_details: { reason: 'content_filter' } },
    'content-filter',
  ],
  ['of Chat', { choices: [{ finish_reason: 'stop', message: {} }] }, { unified: 'stop', raw: 'stop' }],
  ['with a finish reason of its own', { choices: [{ finish_reason: 'eos' }] }, { unified: 'other', raw: 'eos' }],
  ['without a finish reason', { choices: [{ finish_reason: null }] }, { unified: 'other', raw: undefined }],
  ['with an error that says nothing', { choices: [], error: { message: '', code: 0 } }, 'stop'],
  ['with a status that is no Response’s', { status: 'failed', images: [] }, 'stop'],
  ['without a body', undefined, 'stop'],
  ['with a body that is a text', 'failed', 'stop'],
];

describe('an answer with status 200', () => {
  it.each(failedAnswers)('says that it failed: %s', (_, body, finishReason, expected) => {
    for (const result of results(body, finishReason)) {
      const failure = failureOfAnswer(result);

      expect(APICallError.isInstance(failure)).toBe(true);
      expect(failure?.isRetryable).toBe(false);
      expect(classifyFailure(failure, { endpoint: 'east', modelId: 'gpt-4' })).toMatchObject(expected);
    }
  });

  it.each(goodAnswers)('is a good one: %s', (_, body, finishReason) => {
    for (const result of results(body as object, finishReason)) expect(failureOfAnswer(result)).toBeUndefined();
  });

  it('keeps the time that its headers name', () => {
    const limited = { choices: [{ error: { ...error, code: 429 } }] };

    for (const result of results(limited, 'error', { 'retry-after': '7' })) {
      const { retryAfterMs } = classifyFailure(failureOfAnswer(result), { endpoint: 'east', modelId: 'gpt-4' });
      expect(retryAfterMs).toBe(7_000);
    }
  });
});

describe('an answer of embeddings', () => {
  it.each<[what: string, embeddings: unknown, isGood: boolean]>([
    ['with a vector for each value', [[1, 2], new Float32Array(2)], true],
    ['without vectors', [], false],
    ['without a list of them', undefined, false],
    ['with fewer vectors than values', [[1, 2]], false],
    ['with more vectors than values', [[1], [1], [1]], false],
    ['with an empty vector', [[1, 2], []], false],
    ['with empty vectors', [[], []], false],
    ['with vectors of two lengths', [[1, 2], [1]], false],
    ['with vectors that are none', [null, null], false],
  ])('%s is a good one: %s', (_, embeddings, isGood) => {
    const failure = failureOfAnswer({ embeddings, response: { body: {} } }, ['a', 'b']);

    expect(failure === undefined).toBe(isGood);
  });
});

it('an answer without images has failed', () => {
  expect(failureOfAnswer({ images: [] })).toBeDefined();
  expect(failureOfAnswer({ images: ['aGk='] })).toBeUndefined();
});

describe('the finish reason of a stream', () => {
  it.each<[unknown, boolean]>([
    ['error', true],
    [{ unified: 'error', raw: 'error' }, true],
    [{ unified: 'error' }, true],
    [{ unified: 'other', raw: 'abort' }, true],
    ['stop', false],
    ['unknown', false],
    [{ unified: 'stop', raw: 'stop' }, false],
    [{ unified: 'other', raw: 'eos' }, false],
    [undefined, false],
  ])('%o says that it failed: %s', (finishReason, isFailed) => {
    expect(isFailedFinish(finishReason)).toBe(isFailed);
  });
});
