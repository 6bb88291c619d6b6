import { MixedEmbeddingsError } from '../errors/mixed-embeddings-error.ts';
import { LruMap } from '../lru-map.ts';
import type { Ring } from '../ring/ring.ts';
import type { CallOptions } from '../sdk.ts';

/** @throws {MixedEmbeddingsError} when vectors differ in length from those of most earlier calls that asked for the same. */
export type DimensionsCheck = (embeddings: readonly (readonly number[])[], options: CallOptions) => void;

/** Sets of dimensions asked for that are remembered: options may come from anywhere. */
const MOST_ASKED = 100;

/** Answers of another length in a row after which theirs is the length: it was one wrong answer, or all endpoints have a new model. */
const MOST_LEAD = 8;

/**
 * Vectors of different models do not mix, and a deployment's name does not tell its model; the length of its vectors does. Which
 * length is right, the majority of answers says: a vote as in Boyer and Moore's, "MJRTY", whose lead is bounded.
 */
export function dimensionsCheck(modelId: string, allowMixedEmbeddings: boolean): DimensionsCheck {
  /** The length of most answers, and by how many it leads, by the dimensions that were asked for. */
  const votes = new LruMap<string, { readonly most: number; readonly lead: number }>(MOST_ASKED);
  return ([first], options) => {
    if (allowMixedEmbeddings || first === undefined) return;
    const { length } = first;
    const asked = askedDimensions(options);
    const { most, lead } = votes.get(asked) ?? { most: length, lead: 0 };
    if (most === length) {
      votes.set(asked, { most, lead: Math.min(lead + 1, MOST_LEAD) });
      return;
    }
    votes.set(asked, lead > 1 ? { most, lead: lead - 1 } : { most: length, lead: 1 });
    throw new MixedEmbeddingsError({
      modelId,
      message:
        `Embedding model "${modelId}" gave vectors of ${most} dimensions before and of ${length} now, so its endpoints ` +
        'have different models under that name, whose vectors cannot be compared. Map it to the same model everywhere.',
    });
  };
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
