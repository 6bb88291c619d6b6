import type { EndpointMark } from '../deployment/endpoint-mark.ts';
import type { ProviderMetadata, StreamPart } from '../sdk.ts';

type Carrier = { readonly providerMetadata?: ProviderMetadata | null | undefined };

/** What OpenAI's models say of an answer, under whichever key they do. */
export const openaiMetadata = ({ providerMetadata: metadata }: Carrier): unknown =>
  metadata?.['openai'] ?? metadata?.['azure'];

/** Adds the `openai` key to metadata that Azure wrote under its own, so that one key serves whichever endpoint answered. */
export function toOpenAIMetadata<From extends object>(from: From): From {
  const { providerMetadata: metadata } = from as Carrier;
  if (metadata?.['azure'] === undefined || metadata['openai'] !== undefined) return from;
  return { ...from, providerMetadata: { ...metadata, openai: metadata['azure'] } };
}

/** The same for a part of an answer, which also gets the mark of the endpoint that stores it. */
export function markPart(part: StreamPart, mark: EndpointMark): StreamPart {
  const { providerMetadata: metadata } = part as Carrier;
  if (metadata === undefined || metadata === null) {
    return isHosted(part) ? { ...part, providerMetadata: { balanced: mark } } : part;
  }
  const openai = openaiMetadata(part as Carrier);
  return {
    ...part,
    providerMetadata: { ...metadata, ...(openai === undefined ? undefined : { openai }), balanced: mark },
  };
}

/** What the provider executed is referred to by its call's id, and often has no metadata at all. */
const isHosted = (part: StreamPart): boolean =>
  part.type === 'tool-result' || (part.type === 'tool-call' && part['providerExecuted'] === true);
