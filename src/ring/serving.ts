import type { Deployment } from '../deployment/deployment.ts';
import type { UnavailableRecord } from '../failure/failure.ts';
import { type Opening, sooner } from '../gates/opening.ts';
import type { Demand } from '../queue/forecast.ts';
import { admits, type PickRequest } from '../queue/pick-request.ts';
import type { Queue } from '../queue/queue.ts';
import type { QueuedRing } from '../queue/queued-ring.ts';
import type { CallOptions } from '../sdk.ts';

/** The deployments that can serve a call: those of one model, or also those of models that stand in for it. */
export abstract class Serving implements QueuedRing {
  abstract readonly modelId: string;
  abstract readonly maxWaiting: number;
  abstract readonly queue: Queue;
  readonly deployments: readonly Deployment[];

  constructor(deployments: readonly Deployment[]) {
    this.deployments = deployments;
  }

  abstract pick(now: number, request: PickRequest): Deployment | undefined;
  abstract earlyProbe(now: number, request: PickRequest): Deployment | undefined;
  abstract earlyProbeAt(now: number, request: PickRequest): number | undefined;
  abstract earliestStart(wanted: readonly Deployment[], now: number, until: number, demand: Demand): number;
  /** The most tokens that a call is expected to use. */
  abstract estimateTokens(options: CallOptions): number;

  /** Whether no deployment can be asked before a cooldown ends, or a hand opens one. */
  isAllOut(now: number): boolean {
    return this.deployments.every((deployment) => deployment.recovers(now) !== 'now' || deployment.isClosedByHand(now));
  }

  opens(now: number, request: PickRequest): Opening {
    let soonest: Opening = 'never';
    for (const deployment of this.deployments) {
      if (!admits(request, deployment)) continue;
      soonest = sooner(soonest, deployment.opens(now, request.tokens, request.isPinned));
      if (soonest === 'now') break;
    }
    return soonest;
  }

  mayOpenAnyTime(now: number, request: PickRequest): boolean {
    return this.deployments.some((deployment) => {
      if (!admits(request, deployment)) return false;
      const opens = deployment.opens(now, request.tokens, request.isPinned);
      return opens === 'on-event' || opens === 'by-hand';
    });
  }

  /** The time at which the first rate limit ends that is all that keeps its deployment out, where there is one. */
  rateLimitEndsAt(now: number): number | undefined {
    let soonest: number | undefined;
    for (const { gates } of this.deployments.filter((deployment) => !deployment.isClosedByHand(now))) {
      const endsAt = gates.rateLimit.opens(now);
      const isLast = gates.recovering.every((gate) => isBy(gate.opens(now, 1), endsAt));
      if (typeof endsAt === 'number' && isLast) soonest = Math.min(soonest ?? endsAt, endsAt);
    }
    return soonest;
  }

  /**
   * Whole milliseconds until the first deployment takes calls again, be it for an early probe; `undefined` when one does now, or
   * may at any time.
   */
  retryAfterMs(now: number, excluded: ReadonlySet<Deployment>): number | undefined {
    const request = { tokens: 1, excluded };
    const open = this.deployments.filter((deployment) => admits(request, deployment)).map((each) => each.opens(now));
    if (open.includes('now') || open.includes('on-event')) return undefined;
    const times = [...open, this.earlyProbeAt(now, request)].filter((time) => typeof time === 'number');
    const soonest = times.length === 0 ? now : Math.min(...times);
    return soonest <= now ? undefined : Math.ceil(soonest - now);
  }

  /** Of the deployments that a call may go to, those that cannot be asked now, and why. */
  unavailable(now: number, tokens: number, barred: ReadonlySet<Deployment>): readonly UnavailableRecord[] {
    return this.deployments
      .filter((deployment) => !barred.has(deployment))
      .map((deployment) => deployment.whyUnavailable(now, tokens))
      .filter((record) => record !== undefined);
  }
}

const isBy = (opening: Opening, other: Opening): boolean =>
  opening === 'now' || (typeof opening === 'number' && typeof other === 'number' && opening <= other);
