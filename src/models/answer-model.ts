import type { CallOptions, CallResult, SdkAnswerModel } from '../sdk.ts';
import type { BalancedModelOptions } from './balanced-model.ts';
import { generate } from './generate.ts';
import { mirror } from './mirror.ts';

/** The methods of models that have one: reranking, decisions (by two names), extractions. */
const METHODS = ['doRerank', 'doDecide', 'doEvaluate', 'doExtract'] as const;

/** A model of that sort that stands for a ring of them. */
export function createAnswerModel(parts: BalancedModelOptions<SdkAnswerModel>): SdkAnswerModel {
  const known = METHODS.filter((method) => parts.templates.every((model) => typeof model[method] === 'function'));
  const methods = known.map((method) => [
    method,
    (options: CallOptions): Promise<CallResult> =>
      generate(parts, options, {
        // Called as a member: it may be of a class.
        ask: (model, attemptOptions) => (model as Required<SdkAnswerModel>)[method](attemptOptions),
      }),
  ]);
  return mirror(parts, Object.fromEntries(methods) as object);
}
