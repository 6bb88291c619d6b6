import type { CallOptions, CallResult, SdkRerankingModel } from '../sdk.ts';
import type { BalancedModelOptions } from './balanced-model.ts';
import { generate } from './generate.ts';
import { mirror } from './mirror.ts';

/** A reranking model that stands for a ring of them. */
export const createRerankingModel = (parts: BalancedModelOptions<SdkRerankingModel>): SdkRerankingModel =>
  mirror(parts, {
    doRerank: (options: CallOptions): Promise<CallResult> =>
      generate(parts, options, { ask: (model, attemptOptions) => model.doRerank(attemptOptions) }),
  });
