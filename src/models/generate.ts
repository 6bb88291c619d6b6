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
import { type BalancedMetadata, withMetadata } from './balanced-metadata.ts';
import type { BalancedModelOptions } from './balanced-model.ts';

/** What differs between the calls of one kind of model and another. */
export interface Generation<Model extends SdkModel, Result extends CallResult> {
  /** Calls a real model. */
  readonly ask: (model: Model, options: CallOptions) => PromiseLike<Result>;
  /** Puts our metadata into the shape that the kind has. */
  readonly toMetadata?: (balanced: BalancedMetadata, result: Result) => object;
  /** Whether a content filter has left nothing of an answer, so that another deployment is to be asked. */
  readonly isFiltered?: ((result: Result) => boolean) | undefined;
}

/**
 * Runs a call that has one answer. What its closures hold is part of what each of thousands of calls keeps while it waits: no async
 * function, and nothing taken apart.
 *
 * @param conversation where prompts may refer to what endpoints have stored.
 */
export function generate<Model extends SdkModel, Result extends CallResult>(
  parts: BalancedModelOptions<Model>,
  options: CallOptions,
  generation: Generation<Model, Result>,
  conversation?: Conversation,
): Promise<Result> {
  const { isFiltered } = generation;
  const question: Question<Result> = {
    ask: ({ call: { ring }, deployment, signal }) => {
      const adapted =
        conversation?.optionsFor(deployment, options) ?? mapCallOptions(options, deployment.target(ring.kind));
      return generation.ask(parts.modelAt(deployment, ring), withSignal(adapted, signal));
    },
    headersOf,
    failureOf:
      parts.ring.kind === 'embedding' ? (answer) => failureOfAnswer(answer, options['values']) : failureOfAnswer,
    isFiltered,
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
    const result = withURL(conversation?.toResult(answer, deployment) ?? answer, attempt);
    if (!call.context.settings.metadata) return result;
    const balanced = balancedMetadata(attempt);
    return withMetadata(result, generation.toMetadata?.(balanced, result) ?? balanced);
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

const headersOf = (answer: CallResult): unknown => responseOf(answer, 'headers');

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

/** What results carry of the attempt that answered. */
export const balancedMetadata = ({ deployment, call }: Attempt): BalancedMetadata => ({
  endpoint: deployment.endpoint.name,
  attempts: call.attempts,
  modelId: call.ring.modelId,
});
