import type { Clock } from '../clock.ts';
import { Deployment } from '../deployment/deployment.ts';
import { EndpointGates } from '../deployment/endpoint-gates.ts';
import { type Quota, quotasOf } from '../deployment/quota.ts';
import { targetsOf } from '../deployment/target.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { noSuchModel } from '../errors/no-such-model.ts';
import type { EventEmitter } from '../event-emitter.ts';
import { Revision } from '../gates/revision.ts';
import { LruMap } from '../lru-map.ts';
import { Queue } from '../queue/queue.ts';
import type { ModelKind } from '../sdk.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';
import { Ring, type RingContext } from './ring.ts';

/** Kinds that share their deployments: a model has one quota, whichever API it is called by. */
const familyOf = (kind: ModelKind): string =>
  kind === 'chat' || kind === 'responses' || kind === 'completion' || kind === 'deepseek' ? 'language' : kind;

/** Models that are remembered, with their health, at each endpoint. */
const MOST_MODELS = 1_000;

const isBusy = ({ inFlight }: Deployment): boolean => inFlight > 0;

export interface FleetOptions {
  readonly settings: ResolvedSettings;
  readonly endpoints: readonly Endpoint[];
  readonly clock: Clock;
  readonly events: EventEmitter;
}

/** An endpoint, its gates, and its deployments that have been called for. */
export interface FleetMember {
  readonly endpoint: Endpoint;
  readonly gates: EndpointGates;
  readonly deployments: LruMap<string, Deployment>;
}

/** All deployments that have been called for, and the rings that they form. */
export class Fleet {
  readonly members: readonly FleetMember[];
  readonly queue: Queue;
  readonly #context: RingContext;
  readonly #rings = new LruMap<string, Ring>(MOST_MODELS, ({ deployments }) => deployments.some(isBusy));

  constructor({ endpoints, ...options }: FleetOptions) {
    const revision = new Revision();
    this.queue = new Queue(options.clock, revision);
    this.#context = { ...options, revision, queue: this.queue };
    const quotas = quotasOf(endpoints, { ...options, revision });
    this.members = endpoints.map((endpoint) => ({
      endpoint,
      gates: new EndpointGates(endpoint, quotas.get(endpoint) as Quota, { ...options, revision }),
      deployments: new LruMap(MOST_MODELS, isBusy),
    }));
  }

  /** All that have been called for. */
  get deployments(): readonly Deployment[] {
    return this.members.flatMap(({ deployments }) => [...deployments.values()]);
  }

  /** @throws TypeError when there is no endpoint of that name. */
  member(name: string): FleetMember {
    const found = this.members.find(({ endpoint }) => endpoint.name === name);
    if (found !== undefined) return found;
    const names = this.members.map(({ endpoint }) => `"${endpoint.name}"`).join(', ');
    throw new TypeError(`There is no endpoint ${JSON.stringify(name)}. There are ${names}.`);
  }

  /**
   * Opens all gates that failures and answers have closed, of one endpoint or of all.
   *
   * @throws TypeError when there is no endpoint of that name.
   */
  reset(name: string | undefined): void {
    const now = this.#context.clock.now();
    for (const { gates, deployments } of name === undefined ? this.members : [this.member(name)]) {
      gates.reset(now);
      for (const deployment of deployments.values()) deployment.reset(now);
    }
  }

  /**
   * The ring of a model id.
   *
   * @throws NoSuchModelError when no endpoint has such a model, or one was asked for an API that it cannot serve.
   */
  ring(kind: ModelKind, modelId: string): Ring {
    const ring = this.preview(kind, modelId);
    ring.isUsed = true;
    return ring;
  }

  /** Those that models have been made of. */
  get rings(): readonly Ring[] {
    return [...this.#rings.values()].filter(({ isUsed }) => isUsed);
  }

  /**
   * The ring of a model id, for a look at it: it does not count as used by that.
   *
   * @throws NoSuchModelError as `ring` does.
   */
  preview(kind: ModelKind, modelId: string): Ring {
    const key = `${kind}\n${modelId}`;
    const known = this.#rings.get(key);
    if (known !== undefined) return known;
    const deployments = this.#serving(kind, modelId).map((member) => deploymentAt(member, kind, modelId));
    const ring = new Ring(kind, modelId, deployments, this.#context);
    this.#rings.set(key, ring);
    return ring;
  }

  /** A ring of each endpoint by itself whose provider has such a member: what is stored there stays there. */
  single(kind: ModelKind): readonly Ring[] {
    return this.members
      .filter(({ endpoint }) => endpoint.lacks(kind, kind) === undefined)
      .map((member) => new Ring(kind, kind, [deploymentAt(member, kind, kind)], this.#context));
  }

  #serving(kind: ModelKind, modelId: string): readonly FleetMember[] {
    const answers = this.members.map((member) => ({ member, ...answerOf(member.endpoint, kind, modelId) }));
    const serving = answers.filter(({ refusal }) => refusal === undefined);
    if (serving.length === 0 || answers.some(({ isFatal }) => isFatal)) {
      const asked = answers.flatMap(({ member, refusal }) =>
        refusal === undefined ? [] : `${member.endpoint.name} (${refusal})`,
      );
      throw noSuchModel({ modelId, kind, asked });
    }
    return serving.map(({ member }) => member);
  }
}

function deploymentAt({ endpoint, gates, deployments }: FleetMember, kind: ModelKind, modelId: string): Deployment {
  const name = endpoint.nameOf(modelId);
  const family = familyOf(kind);
  const key = `${family}\n${name}`;
  const known = deployments.get(key);
  if (known !== undefined) return known;
  const target = targetsOf(endpoint, modelId);
  const { timeout = {} } = endpoint.defaultsOf(modelId);
  const deployment = new Deployment({
    endpoint,
    name,
    kind: family,
    gates: gates.of(modelId, name, family),
    target,
    timeout,
  });
  deployments.set(key, deployment);
  return deployment;
}

/** Whether an endpoint serves a model. An API that it cannot serve at all is an error of the settings, not one less to ask. */
function answerOf(endpoint: Endpoint, kind: ModelKind, modelId: string): { refusal?: string; isFatal?: boolean } {
  const refusal = endpoint.refuses(modelId);
  if (refusal !== undefined) return { refusal };
  const inability = endpoint.type.cannotServe?.(kind);
  if (inability !== undefined) return { refusal: inability, isFatal: true };
  const lack = endpoint.lacks(kind, modelId);
  return lack === undefined ? {} : { refusal: lack };
}
