import { BalancedCall } from '../call/balanced-call.ts';
import type { Attempt } from '../call/attempt.ts';
import type { Answered } from '../call/failover.ts';
import { FilteredAnswer } from '../call/filtered-answer.ts';
import { type CallOptions, type CallResult, responseHeaders, type SdkModel } from '../sdk.ts';
import type { Conversation } from '../portability/conversation.ts';
import { mapCallOptions } from '../portability/map-options.ts';
import type { BalancedModelParts } from './balanced-model.ts';
import { type BalancedMetadata, withMetadata } from './balanced-metadata.ts';

/** What differs between the calls of one kind of model and another. */
export interface Generation<Model extends SdkModel, Result extends CallResult> {
  /** Calls a real model. */
  readonly ask: (model: Model, options: CallOptions) => PromiseLike<Result>;
  /** Puts our metadata into the shape that the kind has. */
  readonly toMetadata?: (balanced: BalancedMetadata, result: Result) => object;
  /** Where prompts may refer to what endpoints have stored. */
  readonly conversation?: Conversation;
  /** Whether an answer is worth another attempt elsewhere. */
  readonly isFiltered?: ((result: Result) => boolean) | undefined;
}

/** Runs a call that has one answer. Not an async function, since what that keeps would double the memory of a call that waits. */
export function generate<Model extends SdkModel, Result extends CallResult>(
  { ring, context, modelAt }: BalancedModelParts<Model>,
  options: CallOptions,
  generation: Generation<Model, Result>,
): Promise<Result> {
  const { ask, conversation, isFiltered } = generation;
  const call = new BalancedCall(ring, options, context, false, conversation);
  const askOne = ({ deployment, signal }: Attempt): PromiseLike<Result> => {
    const adapted = conversation?.optionsFor(deployment) ?? mapCallOptions(options, deployment.target(ring.kind));
    return ask(modelAt(deployment), signal === adapted.abortSignal ? adapted : { ...adapted, abortSignal: signal });
  };
  const take = ({ attempt, answer }: Answered<Result>): Result | Promise<Result> => {
    if (!isAnswer(answer)) return call.goOn(attempt, noAnswer(answer, attempt), askOne).then(take);
    if (isFiltered?.(answer)) return call.goOn(attempt, new FilteredAnswer(answer, attempt), askOne).then(take);
    call.gotAnswer(attempt, responseHeaders(answer), answer['usage']);
    return told(call, generation, answer, attempt);
  };
  const answered = call.answer(askOne, take);
  if (isFiltered === undefined) return answered;
  return answered.catch((error: unknown) => {
    if (error instanceof FilteredAnswer) return told(call, generation, error.answer as Result, error.attempt);
    throw error;
  });
}

/** Providers of somebody else's may return anything: what is no answer is a failure, which the next endpoint can make good. */
const isAnswer = (answer: unknown): boolean => typeof answer === 'object' && answer !== null;

const noAnswer = (given: unknown, { deployment: { endpoint } }: Attempt): TypeError =>
  new TypeError(`The provider of endpoint "${endpoint.name}" returned ${String(given)} instead of an answer.`);

/** An answer as the caller is to have it. */
function told<Model extends SdkModel, Result extends CallResult>(
  { context, attemptCount }: BalancedCall,
  { conversation, toMetadata }: Generation<Model, Result>,
  given: Result,
  { deployment }: Attempt,
): Result {
  const answer = conversation?.toResult(given, deployment) ?? given;
  if (!context.settings.metadata) return answer;
  const balanced = { endpoint: deployment.endpoint.name, attempts: attemptCount };
  return withMetadata(answer, toMetadata === undefined ? balanced : toMetadata(balanced, answer));
}
