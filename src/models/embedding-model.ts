import type { CallOptions, SdkEmbeddingModel } from '../sdk.ts';
import type { BalancedModelOptions } from './balanced-model.ts';
import { smallest } from './combined-ability.ts';
import type { DimensionsCheck } from './embedding-dimensions.ts';
import { generate } from './generate.ts';
import { mirror } from './mirror.ts';

/** Decides how large `embedMany` makes its chunks; not to be seen in the types, but in AI SDK 5 to 7. */
const MAX_INPUT_BYTES = Symbol.for('vercel.ai.embeddingModel.maxInputBytesPerCall');

/** An embedding model that stands for a ring of them. Each chunk of `embedMany` is a call of its own. */
export function createEmbeddingModel(
  parts: BalancedModelOptions<SdkEmbeddingModel>,
  checkDimensions: DimensionsCheck,
): SdkEmbeddingModel {
  const { templates, settings } = parts;
  const model = mirror(parts, {
    doEmbed: async (options: CallOptions) => {
      const result = await generate(parts, options, {
        ask: (real, attemptOptions) => real.doEmbed(attemptOptions),
      });
      checkDimensions(result.embeddings, { ...settings, ...options });
      return result;
    },
  });
  const maxInputBytes = smallest(templates.map((each) => Reflect.get(each, MAX_INPUT_BYTES)));
  if (maxInputBytes !== undefined) Object.defineProperty(model, MAX_INPUT_BYTES, { value: maxInputBytes });
  // What all embedding models have is mirrored.
  return model as typeof model & SdkEmbeddingModel;
}
