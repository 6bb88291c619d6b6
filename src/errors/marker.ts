/**
 * Recognises an error by a symbol instead of by `instanceof`, which fails as soon as an app holds two copies of a package.
 * The AI SDK does the same.
 */
export const markerOf = (name: string): symbol => Symbol.for(`ai-sdk-load-balancer.error.${name}`);

/** Whether `error` carries `marker`. */
export const hasMarker = (error: unknown, marker: symbol): boolean =>
  typeof error === 'object' && error !== null && marker in error;
