import type { CallOptions } from '../sdk.ts';

/** What keeps the calls of a conversation together: the user's own key, or the one that OpenAI's prompt cache goes by. */
export function affinityKey({ providerOptions }: CallOptions): string | undefined {
  if (providerOptions === undefined) return undefined;
  const key =
    providerOptions['balanced']?.['affinityKey'] ??
    providerOptions['openai']?.['promptCacheKey'] ??
    providerOptions['azure']?.['promptCacheKey'];
  return typeof key === 'string' ? key : undefined;
}
