import type { Attempt } from '../call/attempt.ts';
import { succeed } from '../call/attempt-end.ts';
import { Call } from '../call/call.ts';
import type { Route } from '../call/route.ts';
import { runCall } from '../call/run-call.ts';
import type { Answered, Question } from '../call/start-attempt.ts';
import { wishesOf } from '../call/wishes.ts';
import { failureOfAnswer } from '../failure/failed-answer.ts';
import type { Conversation } from '../portability/conversation.ts';
import { mapCallOptions } from '../portability/map-options.ts';
import { type CallOptions, type CallResult, responseOf, type SdkModel } from '../sdk.ts';
import { isFiltered } from '../stream/stream-part.ts';
import { withMetadata } from './balanced-metadata.ts';
import { type BalancedModelOptions, modelOf } from './balanced-model.ts';

/**
 * Runs a call that has one answer. What its closures hold is part of what each of thousands of calls keeps while it waits: no async
 * function, and nothing taken apart.
 *
 * @param ask calls a real model.
 * @param conversation where prompts may refer to what endpoints have stored.
 */
export function generate<Model extends SdkModel, Result extends CallResult>(
  parts: BalancedModelOptions<Model>,
  options: CallOptions,
  ask: (model: Model, options: CallOptions) => PromiseLike<Result>,
  conversation?: Conversation,
): Promise<Result> {
  const { ring, context } = parts;
  const question: Question<Result> = {
    ask: (attempt) => {
      const { deployment, signal } = attempt;
      const adapted =
        conversation?.optionsFor(deployment, options) ??
        mapCallOptions(options, deployment.target(attempt.call.ring.kind));
      return ask(modelOf(parts, attempt), withSignal(adapted, signal));
    },
    headersOf,
    failureOf: ring.kind === 'embedding' ? (answer) => failureOfAnswer(answer, options['values']) : failureOfAnswer,
    isFiltered: context.settings.failoverOn.has('content-filter') ? isEmptied : undefined,
  };
  let answered: Promise<Answered<Result>>;
  try {
    answered = runCall(beginCall(parts, options, conversation), question);
  } catch (error) {
    return Promise.reject(error);
  }
  return answered.then(({ attempt, answer }) => {
    const { call, deployment } = attempt;
    call.end('success', attempt, succeed(attempt, answer));
    return withMetadata(withURL(conversation?.toResult(answer, deployment) ?? answer, attempt), attempt);
  });
}

/** @throws {InvalidSettingsError} when what the call says of where it goes cannot be followed. */
export function beginCall(
  { ring, chain, context }: BalancedModelOptions<SdkModel>,
  options: CallOptions,
  route: Route | undefined,
  isStream = false,
): Call {
  const wishes = wishesOf(options, (chain ?? ring).deployments, context.settings);
  return new Call({ ring, chain, options, context, isStream, route, wishes });
}

/** Headers of an answer. */
export const headersOf = (answer: CallResult): unknown => responseOf(answer, 'headers');

/** AI SDK 7's telemetry reads the address of the server off the URL of the request, which not all models state: its origin is enough. */
function withURL<Result extends CallResult>(result: Result, { deployment }: Attempt): Result {
  const { request } = result;
  const { origin } = deployment.endpoint;
  if (origin === undefined || typeof request !== 'object' || request === null || 'url' in request) return result;
  return { ...result, request: { ...request, url: origin } };
}

/** The caller's options with the signal of an attempt. The same object when it is the caller's own. */
export const withSignal = (options: CallOptions, signal: AbortSignal | undefined): CallOptions =>
  signal === options.abortSignal ? options : { ...options, abortSignal: signal };

/** Whether a content filter has left nothing of an answer. v1 has its parts in fields of their own. */
function isEmptied(result: CallResult): boolean {
  const { content, text, reasoning, toolCalls } = result;
  const parts = Array.isArray(content) ? content : [text, reasoning, toolCalls].filter(isSomething);
  return isFiltered(result) && parts.length === 0;
}

const isSomething = (value: unknown): boolean =>
  value !== undefined && value !== null && (value as { readonly length?: number }).length !== 0;
