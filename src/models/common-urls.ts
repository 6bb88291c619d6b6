/** URLs that a model can fetch by itself: patterns by media type. For others the AI SDK downloads the file first. */
export type SupportedUrls = Readonly<Record<string, readonly RegExp[]>>;

/** Media types that all have, with the patterns that all have. */
export function commonUrls(all: readonly (SupportedUrls | undefined)[]): SupportedUrls {
  const [first = {}, ...others] = all;
  const shared = Object.entries(first).map(([mediaType, patterns]) => {
    const known = others.map((urls) => new Set((urls?.[mediaType] ?? []).map(String)));
    return [mediaType, patterns.filter((pattern) => known.every((set) => set.has(String(pattern))))] as const;
  });
  return Object.fromEntries(shared.filter(([, patterns]) => patterns.length > 0));
}
