import type { MaybePromise } from '../sdk.ts';

type Limit = (options: { readonly modelId: string }) => unknown;

/** URLs that a model can fetch by itself: patterns by media type. For others the AI SDK downloads the file first. */
type SupportedUrls = Readonly<Record<string, readonly RegExp[]>>;

/** Decides how large `embedMany` makes its chunks; not to be seen in the types, but in AI SDK 5 to 7. */
const MAX_INPUT_BYTES = Symbol.for('vercel.ai.embeddingModel.maxInputBytesPerCall');

/** How what the models of a ring say of themselves is put together: the least that any of them can do, in whichever order they come. */
export const COMBINED: Readonly<Record<PropertyKey, (values: readonly never[]) => unknown>> = {
  specificationVersion: same,
  // There is no least of these: with none, SDK 4 asks its user instead of guessing wrong.
  defaultObjectGenerationMode: same,
  supportsImageUrls: all,
  supportsStructuredOutputs: all,
  supportsFileInputs: (values) => settled(values, all),
  supportsMaskInputs: (values) => settled(values, all),
  supportsParallelCalls: (values) => settled(values, (said) => said.every(Boolean)),
  supportedUrls: (values) => settled<SupportedUrls | undefined>(values, commonUrls),
  maxEmbeddingsPerCall: (values) => settled(values, smallest),
  [MAX_INPUT_BYTES]: smallest,
  maxImagesPerCall: leastLimit,
  supportedQuestionTypes: common,
  supportedFieldTypes: common,
};

/** Does not make a promise where none is one: v1 has no promises. */
function settled<T>(values: readonly MaybePromise<T>[], combine: (values: readonly T[]) => unknown): unknown {
  const isLate = values.some((value) => typeof value === 'object' && value !== null && 'then' in value);
  return isLate ? Promise.all(values).then(combine) : combine(values as readonly T[]);
}

function same(values: readonly unknown[]): unknown {
  return values.every((value) => value === values[0]) ? values[0] : undefined;
}

/** What stands in all of the lists. */
function common(lists: readonly (readonly unknown[])[]): readonly unknown[] | undefined {
  return lists[0]?.filter((one) => lists.every((list) => list.includes(one)));
}

/** `false` wins; otherwise `true` only when all models say so. */
function all(values: readonly unknown[]): boolean | undefined {
  if (values.includes(false)) return false;
  return values.every((value) => value === true) ? true : undefined;
}

/** The smallest of the numbers that are known. */
function smallest(values: readonly unknown[]): number | undefined {
  const known = values.filter((value) => typeof value === 'number');
  return known.length === 0 ? undefined : Math.min(...known);
}

/** A number, or a function that gives one or a promise of one. Nothing stands for the AI SDK's own limit, which is 1. */
function leastLimit(values: readonly unknown[]): unknown {
  if (!values.some((value) => typeof value === 'function')) return least(values);
  return async (options: { readonly modelId: string }): Promise<number | undefined> =>
    least(await Promise.all(values.map((value) => (typeof value === 'function' ? (value as Limit)(options) : value))));
}

const least = (limits: readonly unknown[]): number | undefined =>
  smallest(limits) === undefined ? undefined : smallest(limits.map((limit) => (typeof limit === 'number' ? limit : 1)));

/** Media types that all have, with the patterns that all have. */
function commonUrls(urls: readonly (SupportedUrls | undefined)[]): SupportedUrls {
  const [first = {}, ...others] = urls;
  const shared = Object.entries(first).map(([mediaType, patterns]) => {
    const known = others.map((each) => (each?.[mediaType] ?? []).map(String));
    return [mediaType, patterns.filter((pattern) => known.every((list) => list.includes(String(pattern))))] as const;
  });
  return Object.fromEntries(shared.filter(([, patterns]) => patterns.length > 0));
}
