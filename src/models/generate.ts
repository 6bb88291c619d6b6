import { BalancedCall } from '../failover/balanced-call.ts';
import { type CallOptions, type CallResult, responseHeaders, type SdkModel } from '../sdk.ts';
import { optionKeysOf } from '../portability/option-keys.ts';
import { mapCallOptions } from '../portability/portable-call.ts';
import type { Deployment } from '../ring/deployment.ts';
import type { BalancedModelParts } from './balanced-model.ts';
import { type BalancedMetadata, withMetadata } from './balanced-metadata.ts';
import type { PortableModelCall } from './portable-model.ts';

/** Runs a call that has one answer. Not an async function, since what that keeps would double the memory of a call that waits. */
export function generate<Model extends SdkModel, Result extends CallResult>(
  { ring, context, modelAt }: BalancedModelParts<Model>,
  options: CallOptions,
  ask: (model: Model, options: CallOptions) => PromiseLike<Result>,
  toMetadata: (balanced: BalancedMetadata, result: Result) => object = (balanced) => balanced,
  portable?: PortableModelCall,
): Promise<Result> {
  const call = new BalancedCall(ring, options, context, false, portable?.route);
  return call.answer(
    ({ deployment, signal }) => {
      const model = modelAt(deployment);
      const adapted =
        portable?.optionsAt(deployment) ?? mapCallOptions(options, { keys: optionKeysOf(model, ring.kind), model });
      const answer = ask(model, signal === adapted.abortSignal ? adapted : { ...adapted, abortSignal: signal });
      return deployment.endpoint.type.isThirdParty ? checked(answer, deployment) : answer;
    },
    ({ attempt, answer: given }) => {
      call.gotAnswer(attempt, responseHeaders(given), given['usage']);
      const answer = portable?.carryBack(given, attempt.deployment) ?? given;
      if (!context.settings.metadata) return answer;
      const balanced = { endpoint: attempt.deployment.endpoint.name, attempts: call.attemptCount };
      return withMetadata(answer, toMetadata(balanced, answer));
    },
  );
}

/** Providers of somebody else's may return anything: what is no answer is a failure, which the next endpoint can make good. */
async function checked<Result>(answer: PromiseLike<Result>, { endpoint }: Deployment): Promise<Result> {
  const given = await answer;
  if (typeof given === 'object' && given !== null) return given;
  throw new TypeError(`The provider of endpoint "${endpoint.name}" returned ${String(given)} instead of an answer.`);
}
