import type { MaybePromise, SdkModel } from '../sdk.ts';

type SupportedUrls = Readonly<Record<string, readonly RegExp[]>>;
type WithUrls = SdkModel & {
  readonly supportedUrls?: MaybePromise<SupportedUrls>;
  readonly supportsUrl?: (url: URL) => boolean;
};

/**
 * URLs that every model of a ring can fetch by itself: for others the AI SDK downloads the file first, which all of them
 * take. `supportedUrls` from specification v2 on, `supportsUrl` in v1.
 */
export function supportedUrls(models: readonly WithUrls[]): object {
  const [first] = models;
  if (first?.supportedUrls !== undefined) return lazily('supportedUrls', () => intersection(models));
  if (first?.supportsUrl === undefined) return {};
  return { supportsUrl: (url: URL) => models.every((model) => model.supportsUrl?.(url) === true) };
}

const lazily = (name: string, get: () => unknown): object =>
  Object.defineProperty({}, name, { get, enumerable: true, configurable: true });

function intersection(models: readonly WithUrls[]): MaybePromise<SupportedUrls> {
  const all = models.map(({ supportedUrls: urls = {} }) => urls);
  const isLate = all.some((urls) => 'then' in urls);
  return isLate ? Promise.all(all.map(async (urls) => urls)).then(common) : common(all as readonly SupportedUrls[]);
}

/** Media types that all have, with the patterns that all have. */
function common(all: readonly SupportedUrls[]): SupportedUrls {
  const [first = {}, ...others] = all;
  const shared = Object.entries(first).map(([mediaType, patterns]) => {
    const known = others.map((urls) => new Set((urls[mediaType] ?? []).map(String)));
    return [mediaType, patterns.filter((pattern) => known.every((set) => set.has(String(pattern))))] as const;
  });
  return Object.fromEntries(shared.filter(([, patterns]) => patterns.length > 0));
}
