import { BalancedCall } from '../failover/balanced-call.ts';
import { type CallOptions, type CallResult, responseHeaders, type SdkModel } from '../sdk.ts';
import type { BalancedModelParts } from './balanced-model.ts';
import { type BalancedMetadata, withMetadata } from './balanced-metadata.ts';

/** Runs a call that has one answer. */
export async function generate<Model extends SdkModel, Result extends CallResult>(
  { ring, context, modelAt }: BalancedModelParts<Model>,
  options: CallOptions,
  ask: (model: Model, options: CallOptions) => PromiseLike<Result>,
  toMetadata: (balanced: BalancedMetadata, result: Result) => object = (balanced) => balanced,
): Promise<Result> {
  const call = new BalancedCall(ring, options, context, false);
  const { attempt, answer } = await call.answer(({ deployment, signal }) =>
    ask(modelAt(deployment), signal === options.abortSignal ? options : { ...options, abortSignal: signal }),
  );
  call.gotContent(attempt, responseHeaders(answer));
  call.succeed(attempt, answer['usage']);
  if (!context.settings.metadata) return answer;
  const balanced = { endpoint: attempt.deployment.endpoint.name, attempts: call.attempts.length };
  return withMetadata(answer, toMetadata(balanced, answer));
}
