import type { OptionKeys } from '../deployment/option-keys.ts';
import { otherKey } from './map-options.ts';
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

/** Whether options hold something that means the same everywhere. */
function hasUnbound(options: Options): boolean {
  for (const key in options) if (!BOUND.has(key)) return true;
  return false;
}

/** Takes out what only one account can resolve. */
export function withoutBound(all: ProviderOptions): ProviderOptions {
  const { openai, azure } = all;
  const kept: Record<string, Options | undefined> = { ...all };
  if (openai !== undefined) kept['openai'] = unbound(openai);
  // What came back from Azure is the same object under both keys.
  if (azure !== undefined) kept['azure'] = azure === openai ? kept['openai'] : unbound(azure);
  return kept;
}

/** Whether what means the same everywhere does not stand in the same way under both keys. */
export const isUnaligned = (openai: Options | undefined, azure: Options | undefined): boolean =>
  // What came back from Azure is the same object under both keys.
  openai !== azure && (hasMore(openai, azure) || hasMore(azure, openai));

/**
 * Whether one holds something that the other does not. Two objects count as the same: where the service wrote one object, a
 * database returns two.
 */
function hasMore(options: Options | undefined, than: Options | undefined): boolean {
  if (options === undefined || options === null) return false;
  // A loop, since this is looked at for each part of each prompt.
  for (const key in options) {
    if (BOUND.has(key)) continue;
    const other = than?.[key];
    if (options[key] !== other && (typeof other !== 'object' || other === null)) return true;
  }
  return false;
}

/**
 * Puts a part's options where the model reads them, key by key; what stands under the endpoint's own key wins. Bound options
 * are not copied: an endpoint that knows them has written them under its own key.
 */
export function alignKeys(all: ProviderOptions, { read, own }: OptionKeys): ProviderOptions {
  const from = all[otherKey(read)];
  const into = all[read];
  if (from === undefined || from === into || !hasUnbound(from)) return all;
  if (own === read) return hasMore(from, into) ? { ...all, [read]: { ...unbound(from), ...into } } : all;
  return { ...all, [read]: { ...into, ...unbound(from) } };
}

/** Most options of parts are an id and nothing else. */
const NO_OPTIONS: Options = Object.freeze({});

function unbound(options: Options): Options {
  if (!hasUnbound(options)) return NO_OPTIONS;
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(options)) {
    // Parts come through browsers: no key of theirs becomes a prototype.
    if (!BOUND.has(key) && key !== '__proto__') kept[key] = options[key];
  }
  return kept;
}
