import type { SdkModel } from '../sdk.ts';
import { combined } from './combined-ability.ts';

/** What the specifications v1 to v4 say that a model has to read. Anything else is its own business, and may hold its key. */
const PROPERTIES = [
  'specificationVersion',
  'defaultObjectGenerationMode',
  'supportsImageUrls',
  'supportsStructuredOutputs',
  'maxImagesPerCall',
  'supportsFileInputs',
  'supportsMaskInputs',
];

/** What SDK 6 and 7 look for beside that: where it is a function, it belongs to its model. */
const PROVIDER_OPTIONS_TRANSFORMER = Symbol.for('vercel.ai.embeddingModel.providerOptionsTransformer');

/**
 * A model that has what several models have in common, by getter, beside its own: a ring can do what all of its models can.
 *
 * The AI SDK reads these properties late, so what they say may still change.
 */
export function mirror<Own extends object>(models: readonly SdkModel[], own: Own): Own & SdkModel {
  const [first] = models as readonly [SdkModel];
  const mirrored = {} as Own & SdkModel;
  for (const name of PROPERTIES.filter((property) => models.some((model) => property in model))) {
    Object.defineProperty(mirrored, name, {
      get: () =>
        combined(
          name,
          models.map((model) => valueOf(model, name)),
        ),
      enumerable: true,
      configurable: true,
    });
  }
  const transformer: unknown = Reflect.get(first, PROVIDER_OPTIONS_TRANSFORMER);
  if (typeof transformer === 'function') {
    Object.defineProperty(mirrored, PROVIDER_OPTIONS_TRANSFORMER, { value: transformer.bind(first) });
  }
  return Object.defineProperties(mirrored, Object.getOwnPropertyDescriptors(own));
}

/** A limit may be a function, which is its model's own: it knows that by its own id. */
function valueOf(model: SdkModel, name: string): unknown {
  const value: unknown = Reflect.get(model, name);
  return typeof value === 'function' ? (): unknown => value.call(model, { modelId: model.modelId }) : value;
}
