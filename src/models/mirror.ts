import type { SdkModel } from '../sdk.ts';

/**
 * A model that has every property of another, by getter, beside its own.
 *
 * The specifications differ in what properties models have, and the AI SDK reads them late: mirrored, none needs to be known here.
 */
export function mirror<Own extends object>(template: () => SdkModel, own: Own): Own & SdkModel {
  const mirrored = {} as Own & SdkModel;
  for (const key of propertiesOf(template())) {
    Object.defineProperty(mirrored, key, {
      get: () => Reflect.get(template(), key),
      enumerable: true,
      configurable: true,
    });
  }
  return Object.defineProperties(mirrored, Object.getOwnPropertyDescriptors(own));
}

/** Own and inherited names and symbols of properties that hold something to read; methods are for the owner to provide. */
function propertiesOf(model: object): ReadonlySet<PropertyKey> {
  const keys = new Set<PropertyKey>();
  for (
    let level = model;
    level !== Object.prototype && level !== null;
    level = Object.getPrototypeOf(level) as object
  ) {
    for (const key of Reflect.ownKeys(level)) {
      const isGetter = Object.getOwnPropertyDescriptor(level, key)?.get !== undefined;
      // The settings that a model was built with hold its key.
      const isPublic = key !== 'config' && key !== 'settings' && key !== 'constructor';
      if (isPublic && (isGetter || typeof Reflect.get(model, key) !== 'function')) keys.add(key);
    }
  }
  return keys;
}
