type LimitFunction = (options: { readonly modelId: string }) => unknown;

/** What a ring says of itself where its models differ: the least that any of them can do. */
export function combined(name: string, values: readonly unknown[]): unknown {
  const [first, ...others] = values;
  if (others.every((value) => value === first)) return first;
  if (name === 'maxImagesPerCall') return leastLimit(values);
  if (typeof first === 'boolean') return values.every((value) => value === true);
  // `defaultObjectGenerationMode` of v1: with none, the SDK asks its user instead of guessing wrong.
  return undefined;
}

/** A number, a function that gives one or a promise of one, or nothing, which the SDK takes for 1. */
function leastLimit(values: readonly unknown[]): unknown {
  if (values.every((value) => typeof value === 'number')) return Math.min(...values);
  return async (options: { readonly modelId: string }): Promise<number> => {
    const limits = await Promise.all(
      values.map(async (value) => (typeof value === 'function' ? (value as LimitFunction)(options) : value)),
    );
    return Math.min(...limits.map((limit) => (typeof limit === 'number' ? limit : 1)));
  };
}
