import { APICallError } from '@ai-sdk/provider';

import { responseOf } from '../sdk.ts';
import { isCodeWord } from './code-word.ts';
import { firstOf, isList, isObject, property, textAt } from '../foreign.ts';

/** Finish reasons of answers that failed: of OpenRouter, Mistral and the AI SDK; of vLLM and SGLang; of DeepSeek. */
const FAILED_REASONS: ReadonlySet<unknown> = new Set(['error', 'abort', 'insufficient_system_resource']);

/** Statuses of a Response that holds no answer: its run failed, was ended, or is not over. `incomplete` has one, as far as it goes. */
const FAILED_STATUSES: ReadonlySet<unknown> = new Set(['failed', 'cancelled', 'in_progress', 'queued']);

/** The AI SDK's name of a finish reason: v1 and v2 have a word, v3 and v4 what the SDK made of it beside what the service said. */
export function finishReasonName(finishReason: unknown): string | undefined {
  const name = isObject(finishReason) ? property(finishReason, 'unified') : finishReason;
  return isCodeWord(name) ? name : undefined;
}

/** Whether a finish reason, of a stream's last part or of a whole answer, says that the answer failed. */
export function isFailedFinish(finishReason: unknown): boolean {
  if (!isObject(finishReason)) return FAILED_REASONS.has(finishReason);
  return property(finishReason, 'unified') === 'error' || FAILED_REASONS.has(property(finishReason, 'raw'));
}

/**
 * The error of an answer that came with status 200, and says that it failed or does not hold what was asked for: the AI SDK takes
 * many of these for good ones.
 *
 * @param result of a model's `doGenerate` or `doEmbed`.
 * @param values that were to be embedded.
 * @returns an error as the AI SDK would have thrown it; `undefined` for a good answer.
 */
export function failureOfAnswer(result: unknown, values?: unknown): APICallError | undefined {
  const body = responseOf(result, 'body');
  const error = errorIn(body) ?? failedStatus(body) ?? failedReason(result, body) ?? emptiness(result, body, values);
  if (error === undefined) return undefined;
  return new APICallError({
    message: textAt(error, 'message') ?? 'The service says that its answer failed.',
    url: '',
    requestBodyValues: {},
    // Read with care, whatever they are.
    responseHeaders: responseOf(result, 'headers') as Record<string, string>,
    data: { error },
    isRetryable: false,
  });
}

/** Whether a body holds a whole answer of a language model. */
export const holdsAnswer = (body: unknown): boolean =>
  ['output', 'choices'].some((key) => firstOf(property(body, key), 1).some(isObject)) &&
  (errorIn(body) ?? failedStatus(body)) === undefined;

/** Beside an answer, or in it; some send one that says nothing with each good answer. */
const errorIn = (body: unknown): object | undefined =>
  [body, choiceOf(body)]
    .map((each) => property(each, 'error'))
    .filter(isObject)
    .find((error) => ['message', 'code', 'type'].some((key) => Boolean(property(error, key))));

function failedStatus(body: unknown): object | undefined {
  const status = property(body, 'output') === undefined ? undefined : textAt(body, 'status');
  if (!FAILED_STATUSES.has(status)) return undefined;
  return { message: `The service says that its answer is "${status}".`, code: `response_${status}` };
}

/** AI SDK 4 and 5 keep the service's own word in the body only. */
const failedReason = (result: unknown, body: unknown): object | undefined =>
  [property(result, 'finishReason'), property(choiceOf(body), 'finish_reason')].some(isFailedFinish)
    ? { code: 'finish_error' }
    : undefined;

/** An answer that is empty where the AI SDK has no error for it. An `incomplete` Response may have no output: reasoning used it up. */
function emptiness(result: unknown, body: unknown, values: unknown): object | undefined {
  const isEmpty =
    (isEmptyList(property(body, 'output')) && property(body, 'status') !== 'incomplete') ||
    isEmptyList(property(result, 'images')) ||
    (property(result, 'audio') !== undefined && isPage(responseOf(result, 'headers'))) ||
    (isList(values) && !areVectors(property(result, 'embeddings'), property(values, 'length')));
  return isEmpty ? { message: 'The answer does not hold what was asked for.', code: 'empty_answer' } : undefined;
}

/** Any bytes are audio to the AI SDK, a proxy's page too. */
const isPage = (headers: unknown): boolean => textAt(headers, 'content-type')?.startsWith('text/html') === true;

const isEmptyList = (value: unknown): boolean => isList(value) && property(value, 'length') === 0;

/** Whether there is a vector for each value, and all of one length. */
function areVectors(embeddings: unknown, count: unknown): boolean {
  if (!isList(embeddings) || property(embeddings, 'length') !== count) return false;
  const lengths = new Set((embeddings as readonly unknown[]).map((vector) => property(vector, 'length')));
  return count === 0 || (lengths.size === 1 && !lengths.has(0) && !lengths.has(undefined));
}

const choiceOf = (body: unknown): unknown => firstOf(property(body, 'choices'), 1)[0];
