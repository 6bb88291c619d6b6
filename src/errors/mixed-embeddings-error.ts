import { AISDKError } from '@ai-sdk/provider';

import { hasMarker, markerOf } from './marker.ts';

const name = 'AI_MixedEmbeddingsError';
const marker = markerOf(name);

/**
 * One embedding model id would stand for models whose vectors cannot be compared. Thrown when such a model is asked for,
 * where the names tell, and by the call whose vectors differ in length from earlier ones. `allowMixedEmbeddings` allows it.
 */
export class MixedEmbeddingsError extends AISDKError {
  /** The embedding model id that was asked for. */
  readonly modelId: string;

  constructor({ modelId, message }: { readonly modelId: string; readonly message: string }) {
    super({ name, message });
    this.modelId = modelId;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `error` is one of these, also when another copy of this package made it. */
  static override isInstance(error: unknown): error is MixedEmbeddingsError {
    return hasMarker(error, marker);
  }
}
