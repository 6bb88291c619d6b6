import type { Deployment } from '../deployment/deployment.ts';
import type { Demand } from '../queue/forecast.ts';
import type { PickRequest } from '../queue/pick-request.ts';
import type { Queue } from '../queue/queue.ts';
import type { CallOptions } from '../sdk.ts';
import type { Ring } from './ring.ts';
import { Serving } from './serving.ts';

/** The ring of a model, then those of the models that stand in for it, in order. Calls wait at all of them at once. */
export class Chain extends Serving {
  readonly rings: readonly [Ring, ...Ring[]];

  constructor(rings: readonly [Ring, ...Ring[]]) {
    super([...new Set(rings.flatMap(({ deployments }) => deployments))]);
    this.rings = rings;
  }

  /** Of the model that stands first. */
  get modelId(): string {
    return this.rings[0].modelId;
  }

  get maxWaiting(): number {
    return this.rings[0].maxWaiting;
  }

  get queue(): Queue {
    return this.rings[0].queue;
  }

  /** The first ring that has a deployment. */
  ringOf(deployment: Deployment): Ring {
    return this.rings.find(({ deployments }) => deployments.includes(deployment)) ?? this.rings[0];
  }

  pick(now: number, request: PickRequest): Deployment | undefined {
    return this.#first((ring) => ring.pick(now, request));
  }

  earlyProbe(now: number, request: PickRequest): Deployment | undefined {
    return this.#first((ring) => ring.earlyProbe(now, request));
  }

  earlyProbeAt(now: number, request: PickRequest): number | undefined {
    const times = this.rings.map((ring) => ring.earlyProbeAt(now, request)).filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  earliestStart(wanted: readonly Deployment[], now: number, until: number, demand: Demand): number {
    return this.rings[0].earliestStart(wanted, now, until, demand);
  }

  estimateTokens(options: CallOptions): number {
    return Math.max(...this.rings.map((ring) => ring.estimateTokens(options)));
  }

  #first<T>(look: (ring: Ring) => T | undefined): T | undefined {
    for (const ring of this.rings) {
      const found = look(ring);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
