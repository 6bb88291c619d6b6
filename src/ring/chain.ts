import type { Deployment } from '../deployment/deployment.ts';
import type { UnavailableRecord } from '../failure/failure.ts';
import { type Opening, sooner } from '../gates/opening.ts';
import type { Demand } from '../queue/forecast.ts';
import type { PickRequest } from '../queue/pick-request.ts';
import type { Queue } from '../queue/queue.ts';
import type { QueuedRing } from '../queue/queued-ring.ts';
import type { CallOptions } from '../sdk.ts';
import type { Ring } from './ring.ts';

/** The ring of a model, then those of the models that stand in for it, in order. Calls wait at all of them at once. */
export class Chain implements QueuedRing {
  readonly rings: readonly [Ring, ...Ring[]];
  readonly deployments: readonly Deployment[];

  constructor(rings: readonly [Ring, ...Ring[]]) {
    this.rings = rings;
    this.deployments = [...new Set(rings.flatMap(({ deployments }) => deployments))];
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
    return soonest(this.rings.map((ring) => ring.earlyProbeAt(now, request)));
  }

  opens(now: number, request: PickRequest): Opening {
    return this.rings.map((ring) => ring.opens(now, request)).reduce(sooner);
  }

  mayOpenAnyTime(now: number, request: PickRequest): boolean {
    return this.rings.some((ring) => ring.mayOpenAnyTime(now, request));
  }

  earliestStart(wanted: readonly Deployment[], now: number, until: number, demand: Demand): number {
    return this.rings[0].earliestStart(wanted, now, until, demand);
  }

  /** The most that any of its models is expected to use. */
  estimateTokens(options: CallOptions): number {
    return Math.max(...this.rings.map((ring) => ring.estimateTokens(options)));
  }

  isAllOut(now: number): boolean {
    return this.rings.every((ring) => ring.isAllOut(now));
  }

  rateLimitEndsAt(now: number): number | undefined {
    return soonest(this.rings.map((ring) => ring.rateLimitEndsAt(now)));
  }

  retryAfterMs(now: number, barred: ReadonlySet<Deployment>): number | undefined {
    const times = this.rings
      .filter(({ deployments }) => deployments.some((deployment) => !barred.has(deployment)))
      .map((ring) => ring.retryAfterMs(now, barred));
    return times.includes(undefined) ? undefined : soonest(times);
  }

  unavailable(now: number, tokens: number, barred: ReadonlySet<Deployment>): readonly UnavailableRecord[] {
    return this.rings.flatMap((ring) => ring.unavailable(now, tokens, barred));
  }

  #first<T>(look: (ring: Ring) => T | undefined): T | undefined {
    for (const ring of this.rings) {
      const found = look(ring);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function soonest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
