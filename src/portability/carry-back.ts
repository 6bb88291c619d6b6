import type { StreamPart } from '../sdk.ts';
import type { EndpointMark } from './endpoint-mark.ts';

/** Metadata by provider name. */
type Metadata = Readonly<Record<string, unknown>>;

/** Adds the `openai` key to metadata that Azure wrote under its own, so that one key serves whoever answered. */
export function carryBack<Carrier extends object>(carrier: Carrier): Carrier {
  const { providerMetadata: metadata } = carrier as { readonly providerMetadata?: Metadata };
  if (metadata?.['azure'] === undefined || metadata['openai'] !== undefined) return carrier;
  return { ...carrier, providerMetadata: { ...metadata, openai: metadata['azure'] } };
}

/** The same for a part of an answer, which also gets the mark of the endpoint that stores it. */
export function markPart(part: StreamPart, mark: EndpointMark): StreamPart {
  const metadata = part['providerMetadata'] as Metadata | undefined | null;
  if (metadata === undefined || metadata === null) {
    return isHosted(part) ? { ...part, providerMetadata: { balanced: mark } } : part;
  }
  const openai = metadata['openai'] ?? metadata['azure'];
  return {
    ...part,
    providerMetadata: { ...metadata, ...(openai === undefined ? undefined : { openai }), balanced: mark },
  };
}

/** What the provider executed is referred to by its call's id, and often has no metadata at all. */
const isHosted = (part: StreamPart): boolean =>
  part.type === 'tool-result' || (part.type === 'tool-call' && part['providerExecuted'] === true);
