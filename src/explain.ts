import { NoSuchModelError } from '@ai-sdk/provider';

import type { Deployment } from './deployment/deployment.ts';
import type { UnavailableRecord } from './failure/failure.ts';
import { unavailableInWords } from './failure/in-words.ts';
import type { Fleet } from './ring/fleet.ts';
import type { Ring } from './ring/ring.ts';
import type { ModelKind } from './sdk.ts';

/** A deployment that a call would be asked of. */
export interface Candidate {
  /** Name of the endpoint. */
  readonly endpoint: string;
  /** Name that the model has there. */
  readonly deployment: string;
}

/** A deployment that cannot be asked now, and why. */
export interface UnavailableCandidate extends UnavailableRecord {
  /** The reason, for a reader. */
  readonly sentence: string;
}

/** What of a model can be asked now. */
export interface ModelExplanation {
  readonly modelId: string;
  /** In the order in which they would be asked. */
  readonly candidates: readonly Candidate[];
  readonly unavailable: readonly UnavailableCandidate[];
}

/** Where a call of a model would go now. Holds no key, header, prompt or URL. */
export interface Explanation extends ModelExplanation {
  /** The same of the models that stand in for it, in their order. */
  readonly fallbacks: readonly ModelExplanation[];
}

/** Kinds that an id is looked for in, after the language models that are made by default. */
const OTHERS: readonly ModelKind[] = [
  'chat',
  'responses',
  'completion',
  'embedding',
  'image',
  'transcription',
  'speech',
  'reranking',
  'deepseek',
  'decision',
  'extraction',
];

/**
 * Where a call would go now: for the model that was made of this id, or would be.
 *
 * @throws NoSuchModelError when no endpoint has such a model.
 */
export function explain(
  {
    fleet,
    api,
    standIns,
  }: {
    readonly fleet: Fleet;
    readonly api: ModelKind;
    readonly standIns: ReadonlyMap<string, readonly string[]>;
  },
  modelId: string,
  now: number,
): Explanation {
  const ring = ringOf(fleet, api, modelId);
  const others = (standIns.get(modelId) ?? []).map((id) => fleet.preview(ring.kind, id));
  const fallbacks = others.map((other) => Object.freeze(explanationOf(other, now)));
  return Object.freeze({ ...explanationOf(ring, now), fallbacks: Object.freeze(fallbacks) });
}

function explanationOf(ring: Ring, now: number): ModelExplanation {
  const candidates = ring.inOrder(now);
  const unavailable = ring.deployments.filter((deployment) => !candidates.includes(deployment));
  return {
    modelId: ring.modelId,
    candidates: Object.freeze(candidates.map(candidateOf)),
    unavailable: Object.freeze(unavailable.flatMap((deployment) => reasonOf(deployment, now))),
  };
}

function ringOf(fleet: Fleet, api: ModelKind, modelId: string): Ring {
  const kinds = [api, ...OTHERS];
  const used = fleet.rings.filter((ring) => ring.modelId === modelId);
  const known = kinds.map((kind) => used.find((ring) => ring.kind === kind)).find((ring) => ring !== undefined);
  if (known !== undefined) return known;
  for (const kind of kinds) {
    try {
      return fleet.preview(kind, modelId);
    } catch (error) {
      if (!NoSuchModelError.isInstance(error)) throw error;
    }
  }
  return fleet.preview(api, modelId);
}

const candidateOf = ({ endpoint, name }: Deployment): Candidate =>
  Object.freeze({ endpoint: endpoint.name, deployment: name });

function reasonOf(deployment: Deployment, now: number): readonly UnavailableCandidate[] {
  const record = deployment.whyUnavailable(now, 1);
  if (record === undefined) return [];
  const { endpoint, deployment: name } = record;
  const sentence = `Deployment "${name}" at endpoint "${endpoint}" cannot be asked now: ${unavailableInWords(record)}.`;
  return [Object.freeze({ ...record, sentence })];
}
