import { APICallError } from '@ai-sdk/provider';

import { firstOf, isObject, property, textAt } from './foreign.ts';
import { knownHeaders } from './response-headers.ts';

/** Finish reasons of answers that failed: of OpenRouter, Mistral and the AI SDK; of vLLM and SGLang; of DeepSeek. */
const FAILED_REASONS: ReadonlySet<unknown> = new Set(['error', 'abort', 'insufficient_system_resource']);

/** Statuses of a Response that holds no answer: its run failed, was ended, or is not over. `incomplete` has one, as far as it goes. */
const FAILED_STATUSES: ReadonlySet<unknown> = new Set(['failed', 'cancelled', 'in_progress', 'queued']);

/** Whether a finish reason, of a stream's last part or of a whole answer, says that the answer failed. */
export function isFailedFinish(finishReason: unknown): boolean {
  if (!isObject(finishReason)) return FAILED_REASONS.has(finishReason);
  return property(finishReason, 'unified') === 'error' || FAILED_REASONS.has(property(finishReason, 'raw'));
}

/**
 * The error of an answer that came with status 200, and says that it failed: the AI SDK takes many of these for good ones.
 *
 * @param result of a model's `doGenerate` or `doEmbed`.
 * @returns an error as the AI SDK would have thrown it; `undefined` for a good answer.
 */
export function failureOfAnswer(result: unknown): APICallError | undefined {
  // v1 calls it `rawResponse`.
  const { headers, body } = [property(result, 'response'), property(result, 'rawResponse')]
    .map((response) => ({ headers: property(response, 'headers'), body: property(response, 'body') }))
    .reduce((first, second) => (first.body === undefined ? second : first));
  const error = errorIn(body) ?? failedStatus(body) ?? failedReason(result, body);
  if (error === undefined) return undefined;
  return new APICallError({
    message: textAt(error, 'message') ?? 'The service says that its answer failed.',
    url: '',
    requestBodyValues: {},
    responseHeaders: knownHeaders(headers),
    data: { error },
    isRetryable: false,
  });
}

/** Beside an answer, or in it; some send one that says nothing with each good answer. */
function errorIn(body: unknown): object | undefined {
  const errors = [property(body, 'error'), ...choicesOf(body).map((choice) => property(choice, 'error'))];
  return errors
    .filter(isObject)
    .find((error) => ['message', 'code', 'type'].some((key) => Boolean(property(error, key))));
}

function failedStatus(body: unknown): object | undefined {
  const status = property(body, 'output') === undefined ? undefined : textAt(body, 'status');
  if (!FAILED_STATUSES.has(status)) return undefined;
  return { message: `The service says that its answer is "${status}".`, code: `response_${status}` };
}

/** AI SDK 4 and 5 keep the service's own word in the body only. */
function failedReason(result: unknown, body: unknown): object | undefined {
  const reasons = [
    property(result, 'finishReason'),
    ...choicesOf(body).map((choice) => property(choice, 'finish_reason')),
  ];
  if (!reasons.some(isFailedFinish)) return undefined;
  return { message: 'The service says that its answer failed.', code: 'finish_error' };
}

const choicesOf = (body: unknown): readonly unknown[] => firstOf(property(body, 'choices'), 1);
