import type { CallResult, ProviderMetadata } from '../sdk.ts';

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

/** Adds our metadata to a result or a stream part; `undefined` adds none, and hands back the same object. */
export function withMetadata<Carrier extends CallResult>(carrier: Carrier, balanced: object | undefined): Carrier {
  if (balanced === undefined) return carrier;
  const providerMetadata: ProviderMetadata = { ...carrier.providerMetadata, balanced };
  return { ...carrier, providerMetadata };
}
