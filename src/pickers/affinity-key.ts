import type { CallOptions } from '../sdk.ts';

/** What keeps the calls of a conversation together: the user's own key, or the one that OpenAI's prompt cache goes by. */
export function affinityKey({ providerOptions, providerMetadata }: CallOptions): string | undefined {
  // v1 calls the options of a call `providerMetadata`.
  const options = providerOptions ?? (providerMetadata as CallOptions['providerOptions']);
  if (options === undefined) return undefined;
  const key =
    options['balanced']?.['affinityKey'] ??
    options['openai']?.['promptCacheKey'] ??
    options['azure']?.['promptCacheKey'];
  return typeof key === 'string' ? key : undefined;
}
