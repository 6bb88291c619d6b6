import type { Attempt } from '../call/attempt.ts';
import type { CallResult } from '../sdk.ts';

/** What results carry under `providerMetadata.balanced`. */
// A type, not an interface, so that it compares with the SDK's metadata, which is made of index signatures.
export type BalancedMetadata = {
  /** Name of the endpoint that answered. */
  readonly endpoint: string;
  /** Attempts that the call took, the last included. */
  readonly attempts: number;
  /** The model that answered: the one that was called, or one that stands in for it. */
  readonly modelId: string;
};

/** Adds our metadata to a result, or to the last part of a stream. The same object where settings want none. */
export function withMetadata<Carrier extends CallResult>(carrier: Carrier, { call, deployment }: Attempt): Carrier {
  const { ring, context, attempts } = call;
  if (!context.settings.metadata) return carrier;
  const own: BalancedMetadata = { endpoint: deployment.endpoint.name, attempts, modelId: ring.modelId };
  // `generateImage` joins the lists of images of each provider's metadata, and fails where there is none.
  const balanced =
    ring.kind === 'image' ? { images: Array.from(carrier['images'] as ArrayLike<unknown>, () => own) } : own;
  return { ...carrier, providerMetadata: { ...carrier.providerMetadata, balanced } };
}
