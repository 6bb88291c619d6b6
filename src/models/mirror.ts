import type { SdkModel } from '../sdk.ts';
import type { BalancedModelOptions } from './balanced-model.ts';
import { COMBINED } from './combined-ability.ts';

/** What SDK 6 and 7 look for beside what is combined: where it is a function, it belongs to its model. */
const PROVIDER_OPTIONS_TRANSFORMER = Symbol.for('vercel.ai.embeddingModel.providerOptionsTransformer');

/**
 * A model that has what several models have in common, by getter, beside its own: a ring can do what all of its models can. Of them
 * only what the specifications v1 to v4 name is read: anything else is their own business, and may hold a key.
 *
 * The AI SDK reads these properties late, so what they say may still change.
 */
export function mirror<Own extends object>(
  { ring, templates }: Pick<BalancedModelOptions<SdkModel>, 'ring' | 'templates'>,
  own: Own,
): Own & SdkModel {
  // The rest is defined below.
  const mirrored = { provider: `balanced.${ring.kind}`, modelId: ring.modelId } as Own & SdkModel;
  for (const name of Reflect.ownKeys(COMBINED)) {
    if (!templates.some((model) => name in model)) continue;
    // Each takes what models have under its name.
    const get = (): unknown => COMBINED[name]?.(templates.map((model) => valueOf(model, name)) as never[]);
    Object.defineProperty(mirrored, name, { get, enumerable: true, configurable: true });
  }
  const [first] = templates;
  const transformer: unknown = first && Reflect.get(first, PROVIDER_OPTIONS_TRANSFORMER);
  if (typeof transformer === 'function') {
    Object.defineProperty(mirrored, PROVIDER_OPTIONS_TRANSFORMER, { value: transformer.bind(first) });
  }
  return Object.defineProperties(mirrored, Object.getOwnPropertyDescriptors(own));
}

/** A limit may be a function, which is its model's own: it knows that by its own id. */
function valueOf(model: SdkModel, name: PropertyKey): unknown {
  const value: unknown = Reflect.get(model, name);
  return typeof value === 'function' ? (): unknown => value.call(model, { modelId: model.modelId }) : value;
}
