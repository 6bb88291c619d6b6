import type { Attempt } from '../call/attempt.ts';
import { succeed } from '../call/attempt-end.ts';
import { Call } from '../call/call.ts';
import { runCall } from '../call/run-call.ts';
import type { Question } from '../call/start-attempt.ts';
import { type Wishes, wishesOf } from '../call/wishes.ts';
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
  /** Where prompts may refer to what endpoints have stored. */
  readonly conversation?: Conversation;
  /** Whether a content filter has left nothing of an answer, so that another deployment is to be asked. */
  readonly isFiltered?: ((result: Result) => boolean) | undefined;
}

/** Runs a call that has one answer. Not an async function: thousands of calls may wait, and what one keeps is half a kilobyte. */
export function generate<Model extends SdkModel, Result extends CallResult>(
  { ring, chain, context, modelAt }: BalancedModelOptions<Model>,
  options: CallOptions,
  { ask, toMetadata, conversation, isFiltered }: Generation<Model, Result>,
): Promise<Result> {
  let wishes: Wishes | undefined;
  try {
    wishes = wishesOf(options, (chain ?? ring).deployments, context.settings);
  } catch (error) {
    return Promise.reject(error);
  }
  const call = new Call({ ring, chain, options, context, isStream: false, route: conversation, wishes });
  const question: Question<Result> = {
    ask: ({ call: { ring: current }, deployment, signal }) => {
      const adapted = conversation?.optionsFor(deployment) ?? mapCallOptions(options, deployment.target(ring.kind));
      return ask(modelAt(deployment, current), withSignal(adapted, signal));
    },
    headersOf: (answer) => responseOf(answer, 'headers'),
    // No closure more for most calls.
    failureOf: ring.kind === 'embedding' ? (answer) => failureOfAnswer(answer, options['values']) : failureOfAnswer,
    isFiltered,
  };
  return runCall(call, question).then(({ attempt, answer }) => {
    call.end('success', attempt, succeed(attempt, answer));
    const result = withURL(conversation?.toResult(answer, attempt.deployment) ?? answer, attempt);
    if (!context.settings.metadata) return result;
    const balanced = balancedMetadata(attempt);
    return withMetadata(result, toMetadata === undefined ? balanced : toMetadata(balanced, result));
  });
}

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
