import { recognisable } from './recognisable.ts';

/**
 * One embedding model id would stand for models whose vectors cannot be compared. Thrown when such a model is asked for,
 * where the names tell, and by the call whose vectors differ in length from earlier ones. `allowMixedEmbeddings` allows it.
 */
export class MixedEmbeddingsError extends recognisable<MixedEmbeddingsError>('AI_MixedEmbeddingsError') {
  /** The embedding model id that was asked for. */
  readonly modelId: string;

  constructor({ modelId, message }: { readonly modelId: string; readonly message: string }) {
    super({ message });
    this.modelId = modelId;
  }
}
