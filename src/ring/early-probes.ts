import type { Deployment } from '../deployment/deployment.ts';
import { type Opening, sooner } from '../gates/opening.ts';
import { admits, type PickRequest } from '../queue/pick-request.ts';

/**
 * Probes ahead of their time, while no deployment is available: a ring that is all down is worth a look now and then, but not by
 * every call.
 */
export class EarlyProbes {
  readonly #deployments: readonly Deployment[];
  readonly #everyMs: number;

  /** @param everyMs milliseconds between two of them. */
  constructor(deployments: readonly Deployment[], everyMs: number) {
    this.#deployments = deployments;
    this.#everyMs = everyMs;
  }

  /** Of the deployments that nothing but a cooldown keeps out, the one whose cooldown ends first, if it is time for a look. */
  due(now: number, request: PickRequest): Deployment | undefined {
    if (this.#isProbing(now) || now < this.#earliest(now)) return undefined;
    let soonest: { readonly deployment: Deployment; readonly recovers: number } | undefined;
    for (const deployment of this.#deployments) {
      if (!admits(request, deployment) || deployment.hasRoom(now, request.tokens, request.isPinned) !== 'now') continue;
      const recovers = deployment.recovers(now);
      if (typeof recovers !== 'number') continue;
      if (soonest === undefined || recovers < soonest.recovers) soonest = { deployment, recovers };
    }
    return soonest?.deployment;
  }

  /** The next moment at which one may be worth it, where that is known. */
  nextAt(now: number, request: PickRequest): number | undefined {
    if (this.#isProbing(now)) return undefined;
    let room: Opening = 'never';
    for (const deployment of this.#deployments) {
      if (!admits(request, deployment) || deployment.recovers(now) === 'now') continue;
      room = sooner(room, deployment.hasRoom(now, request.tokens, request.isPinned));
    }
    if (room === 'now') return this.#earliest(now);
    return typeof room === 'number' ? Math.max(room, this.#earliest(now)) : undefined;
  }

  /** Whether the end of a probe is waited for already. */
  #isProbing(now: number): boolean {
    return this.#deployments.some(
      (deployment) => deployment.recovers(now) === 'on-event' && !deployment.isClosedByHand(now),
    );
  }

  /** So long after the last cooldown began. */
  #earliest(now: number): number {
    let last: number | undefined;
    for (const deployment of this.#deployments) {
      const trippedAt = deployment.trippedAt(now);
      if (trippedAt !== undefined) last = Math.max(last ?? trippedAt, trippedAt);
    }
    return last === undefined ? now : last + this.#everyMs;
  }
}
