import { NoSuchModelError } from '@ai-sdk/provider';

import { deepFreeze } from './deep-freeze.ts';
import type { Deployment } from './deployment/deployment.ts';
import type { Endpoints } from './endpoint/create-endpoints.ts';
import type { Endpoint } from './endpoint/endpoint.ts';
import type { UnavailableRecord } from './failure/failure.ts';
import { unavailableInWords } from './failure/in-words.ts';
import type { Fleet } from './ring/fleet.ts';
import type { Ring } from './ring/ring.ts';
import { MODEL_KINDS, type ModelKind } from './sdk.ts';

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

/** What models are looked for in. */
interface ExplainContext {
  readonly fleet: Fleet;
  readonly endpoints: Endpoints;
  readonly api: ModelKind;
  readonly standIns: ReadonlyMap<string, readonly string[]>;
}

/**
 * Where a call would go now: for the model that was made of this id, or would be.
 *
 * @throws NoSuchModelError when no endpoint has such a model.
 */
export function explain(context: ExplainContext, modelId: string, now: number): Explanation {
  const { fleet, endpoints, api, standIns } = context;
  const { leftOut } = endpoints;
  const ring = ringOf(fleet, api, modelId);
  const others = (standIns.get(modelId) ?? []).map((id) => fleet.preview(ring.kind, id));
  const fallbacks = others.map((other) => explanationOf(other, leftOut, now));
  return deepFreeze({ ...explanationOf(ring, leftOut, now), fallbacks });
}

function explanationOf(ring: Ring, leftOut: ReadonlySet<Endpoint>, now: number): ModelExplanation {
  const available = ring.inOrder(now, leftOut);
  const others = ring.deployments.filter((deployment) => !available.includes(deployment));
  return {
    modelId: ring.modelId,
    candidates: available.map(({ endpoint, name }) => ({ endpoint: endpoint.name, deployment: name })),
    unavailable: others.map((deployment) => reasonOf(deployment, leftOut, now)),
  };
}

/** Of the models of this id that are in use, or else of those that could be made: by default, or of another kind. */
function ringOf(fleet: Fleet, api: ModelKind, modelId: string): Ring {
  const kinds = [api, ...MODEL_KINDS];
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

/** What no gate keeps out has no credentials, which the first call will find, or is silent, for which the next call will take it out. */
function reasonOf(deployment: Deployment, leftOut: ReadonlySet<Endpoint>, now: number): UnavailableCandidate {
  const {
    endpoint: { name: endpoint },
    name,
  } = deployment;
  const reason = leftOut.has(deployment.endpoint) ? 'skipped' : 'cooldown';
  const record = deployment.whyUnavailable(now, 1) ?? { endpoint, deployment: name, reason };
  const sentence = `Deployment "${name}" at endpoint "${endpoint}" cannot be asked now: ${unavailableInWords(record)}.`;
  return { ...record, sentence };
}
