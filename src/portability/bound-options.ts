import type { Options, ProviderOptions } from './prompt.ts';

/** Options of prompt parts that only the account which wrote them can resolve. */
const BOUND: ReadonlySet<string> = new Set([
  'itemId',
  'reasoningEncryptedContent',
  // A compaction's.
  'encryptedContent',
  // The item that several calls came in; only a stored conversation wants it again.
  'parallelToolCall',
  // The program that made a call.
  'caller',
]);

/** Whether options hold something that only one account can resolve. */
export const isBound = (options: Options | null | undefined): boolean =>
  // The SDK writes `reasoningEncryptedContent: null` when there is none.
  (options?.['itemId'] ?? options?.['reasoningEncryptedContent'] ?? undefined) !== undefined || isBoundResult(options);

/** The same for the result of a function: it has its call's options, of which the SDK reads these only. */
export const isBoundResult = (options: Options | null | undefined): boolean =>
  options?.['parallelToolCall'] !== undefined ||
  (options?.['caller'] as { readonly type?: unknown } | undefined)?.type === 'program';

/** Options without what only one account can resolve. */
export const unbound = (options: Options): Options =>
  Object.fromEntries(Object.entries(options).filter(([name]) => !BOUND.has(name)));

/** The same for the options of all providers. */
export const withoutBound = (all: ProviderOptions): ProviderOptions => ({
  ...all,
  ...(all['openai'] && { openai: unbound(all['openai']) }),
  ...(all['azure'] && { azure: unbound(all['azure']) }),
});
