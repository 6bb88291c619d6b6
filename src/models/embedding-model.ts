import type { CallOptions, SdkEmbeddingModel } from '../sdk.ts';
import type { BalancedModelOptions } from './balanced-model.ts';
import type { DimensionsCheck } from './embedding-dimensions.ts';
import { generate } from './generate.ts';
import { mirror } from './mirror.ts';

/** An embedding model that stands for a ring of them. Each chunk of `embedMany` is a call of its own. */
export function createEmbeddingModel(
  parts: BalancedModelOptions<SdkEmbeddingModel>,
  checkDimensions: DimensionsCheck,
): SdkEmbeddingModel {
  const model = mirror(parts, {
    doEmbed: async (options: CallOptions) => {
      const result = await generate(parts, options, (real, given) => real.doEmbed(given));
      checkDimensions(result.embeddings, { ...parts.settings, ...options });
      return result;
    },
  });
  // What all embedding models have is mirrored.
  return model as typeof model & SdkEmbeddingModel;
}
