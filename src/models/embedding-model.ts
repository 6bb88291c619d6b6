import type { CallOptions, MaybePromise, SdkEmbeddingModel } from '../sdk.ts';
import { isFirstSpecification } from '../sdk.ts';
import { type BalancedModelOptions, ownProperties } from './balanced-model.ts';
import type { EmbeddingDimensions } from './embedding-dimensions.ts';
import { generate } from './generate.ts';
import { mirror } from './mirror.ts';

/** Decides how large `embedMany` makes its chunks; not to be seen in the types, but in AI SDK 5 to 7. */
const MAX_INPUT_BYTES = Symbol.for('vercel.ai.embeddingModel.maxInputBytesPerCall');

/** An embedding model that stands for a ring of them. Each chunk of `embedMany` is a call of its own. */
export function createEmbeddingModel(
  parts: BalancedModelOptions<SdkEmbeddingModel>,
  dimensions: EmbeddingDimensions,
): SdkEmbeddingModel {
  const { templates, settings } = parts;
  const [template] = templates as readonly [SdkEmbeddingModel];
  const limits = {
    get maxEmbeddingsPerCall() {
      return all(
        templates.map((model) => model.maxEmbeddingsPerCall),
        smallest,
        isFirstSpecification(template),
      );
    },
    get supportsParallelCalls() {
      return all(
        templates.map((model) => model.supportsParallelCalls),
        isTrueForAll,
        isFirstSpecification(template),
      );
    },
  };
  const own = {
    ...ownProperties(parts),
    doEmbed: async (options: CallOptions) => {
      const result = await generate(parts, options, {
        ask: (model, attemptOptions) => model.doEmbed(attemptOptions),
      });
      dimensions.check(result.embeddings, { ...settings, ...options });
      return result;
    },
  };
  const model = Object.defineProperties(mirror(templates, own), Object.getOwnPropertyDescriptors(limits));
  const maxInputBytes = smallest(templates.map((each) => Reflect.get(each, MAX_INPUT_BYTES) as number | undefined));
  if (maxInputBytes !== undefined) Object.defineProperty(model, MAX_INPUT_BYTES, { value: maxInputBytes });
  return model as typeof model & SdkEmbeddingModel;
}

/** Combines what each model says, without making a promise of it where none is one: v1 has no promises here. */
function all<T, Combined>(
  values: readonly MaybePromise<T>[],
  combine: (values: readonly T[]) => Combined,
  isFirst: boolean,
): MaybePromise<Combined> {
  const isLate = !isFirst && values.some((value) => typeof value === 'object' && value !== null && 'then' in value);
  return isLate ? Promise.all(values).then(combine) : combine(values as readonly T[]);
}

const isTrueForAll = (values: readonly boolean[]): boolean => values.every(Boolean);

const smallest = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};
