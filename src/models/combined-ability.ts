type Limit = (options: { readonly modelId: string }) => unknown;

/** What a ring says of itself: the least that any of its models can do, in whichever order they come. */
export function combined(name: string, values: readonly unknown[]): unknown {
  if (name === 'maxImagesPerCall') return leastLimit(values);
  if (name === 'supportsFileInputs' || name === 'supportsMaskInputs')
    return values.some(isPromise) ? late(values) : all(values);
  if (name === 'supportsImageUrls' || name === 'supportsStructuredOutputs') return all(values);
  // Of `defaultObjectGenerationMode` there is no least: with none, SDK 4 asks its user instead of guessing wrong.
  return values.every((value) => value === values[0]) ? values[0] : undefined;
}

const isPromise = (value: unknown): boolean => typeof value === 'object' && value !== null && 'then' in value;

const late = async (values: readonly unknown[]): Promise<unknown> => all(await Promise.all(values));

/** `false` wins; otherwise `true` only when all models say so. */
function all(values: readonly unknown[]): boolean | undefined {
  if (values.includes(false)) return false;
  return values.every((value) => value === true) ? true : undefined;
}

/** A number, or a function that gives one or a promise of one. Nothing stands for the AI SDK's own limit, which is 1. */
function leastLimit(values: readonly unknown[]): unknown {
  if (!values.some((value) => typeof value === 'function')) return least(values);
  return async (options: { readonly modelId: string }): Promise<number | undefined> =>
    least(await Promise.all(values.map((value) => (typeof value === 'function' ? (value as Limit)(options) : value))));
}

function least(limits: readonly unknown[]): number | undefined {
  const isKnown = limits.some((limit) => typeof limit === 'number');
  return isKnown ? Math.min(...limits.map((limit) => (typeof limit === 'number' ? limit : 1))) : undefined;
}
