import type { EndpointMark } from '../deployment/endpoint-mark.ts';
import type { ProviderMetadata } from '../sdk.ts';

/** What carries metadata: a result, or a part of one. */
interface Carrier {
  readonly type?: string;
  readonly providerExecuted?: unknown;
  readonly providerMetadata?: ProviderMetadata | null | undefined;
}

/** What OpenAI's models say of an answer, under whichever key they do. */
export const openaiMetadata = ({ providerMetadata: metadata }: Carrier): unknown =>
  metadata?.['openai'] ?? metadata?.['azure'];

/**
 * Adds the `openai` key to metadata that Azure wrote under its own, so that one key serves whichever endpoint answered.
 *
 * @param mark of the endpoint that stores the part, for parts that can be referred to.
 */
export function withOpenAIMetadata<From extends object>(from: From, mark?: EndpointMark): From {
  const { providerMetadata: metadata, type, providerExecuted } = from as Carrier;
  const isCopied = metadata?.['azure'] !== undefined && metadata['openai'] === undefined;
  // What the provider executed is referred to by its call's id, and often has no metadata at all.
  const isHosted = type === 'tool-result' || (type === 'tool-call' && providerExecuted === true);
  const isMarked = mark !== undefined && (isHosted || (metadata !== undefined && metadata !== null));
  if (!isCopied && !isMarked) return from;
  const added = { ...(isCopied && { openai: metadata['azure'] }), ...(isMarked && { balanced: mark }) };
  return { ...from, providerMetadata: { ...metadata, ...added } };
}
