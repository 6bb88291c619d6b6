import { MixedEmbeddingsError } from '../errors/mixed-embeddings-error.ts';
import type { Ring } from '../ring/ring.ts';
import type { CallOptions } from '../sdk.ts';

/** Vectors of different models do not mix, and a deployment's name does not tell its model; the length of its vectors does. */
export class EmbeddingDimensions {
  readonly #modelId: string;
  readonly #isChecked: boolean;
  /** Length of the vectors, by the dimensions that were asked for. */
  readonly #lengths = new Map<string, number>();

  constructor(modelId: string, allowMixedEmbeddings: boolean) {
    this.#modelId = modelId;
    this.#isChecked = !allowMixedEmbeddings;
  }

  /** @throws {MixedEmbeddingsError} when vectors differ in length from those of earlier calls that asked for the same. */
  check(embeddings: readonly (readonly number[])[], options: CallOptions): void {
    if (!this.#isChecked) return;
    const asked = askedDimensions(options);
    for (const { length } of embeddings) {
      const earlier = this.#lengths.get(asked);
      if (earlier === undefined) this.#lengths.set(asked, length);
      else if (earlier !== length) throw this.#mixed(earlier, length);
    }
  }

  #mixed(earlier: number, length: number): MixedEmbeddingsError {
    return new MixedEmbeddingsError({
      modelId: this.#modelId,
      message:
        `Embedding model "${this.#modelId}" gave vectors of ${earlier} dimensions before and of ${length} now, so its endpoints ` +
        'have different models under that name, whose vectors cannot be compared. Map it to the same model everywhere.',
    });
  }
}

/** The `dimensions` asked for: an option of the call in the newest line, the provider's option before, a model setting in v1. */
function askedDimensions(options: CallOptions): string {
  // What an option is undefined or null in, the SDK tolerates.
  const places: readonly (object | null | undefined)[] = [options, ...Object.values(options.providerOptions ?? {})];
  const found = places.flatMap((place) =>
    Object.entries(place ?? {}).filter(([name, value]) => /dimension/i.test(name) && typeof value === 'number'),
  );
  return found.map(([name, value]) => `${name}=${String(value)}`).join();
}

/**
 * @throws {MixedEmbeddingsError} when an embedding model id is mapped to different models, where the names tell: at OpenAI and at
 * other providers they are the models' own, at Azure deployments have any name.
 */
export function refuseMixedNames(ring: Ring): void {
  const telling = ring.deployments.filter(({ endpoint }) => endpoint.type.hasTellingNames);
  const names = new Map(telling.map(({ endpoint, name }) => [name, endpoint.name]));
  if (names.size < 2) return;
  const where = [...names].map(([name, endpoint]) => `"${name}" at ${endpoint}`).join(', ');
  throw new MixedEmbeddingsError({
    modelId: ring.modelId,
    message:
      `Embedding model "${ring.modelId}" is mapped to different models (${where}), whose vectors cannot be compared. ` +
      'Map it to the same model everywhere, or set allowMixedEmbeddings.',
  });
}
