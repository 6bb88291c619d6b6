import type { Deployment } from '../deployment/deployment.ts';

/**
 * Probes ahead of their time, while nobody is available: a ring that is all down is worth a look now and then, but not by every
 * call.
 */
export class EarlyProbes {
  readonly #deployments: readonly Deployment[];
  readonly #everyMs: number;

  /** @param everyMs milliseconds between two of them. */
  constructor(deployments: readonly Deployment[], everyMs: number) {
    this.#deployments = deployments;
    this.#everyMs = everyMs;
  }

  /** Of those that nothing but a cooldown keeps out, the one whose cooldown ends first, if it is time for a look. */
  due(now: number, avoid?: ReadonlySet<Deployment>): Deployment | undefined {
    if (this.#isProbing || now < this.#lastShutAt() + this.#everyMs) return undefined;
    let soonest: Deployment | undefined;
    for (const deployment of this.#deployments) {
      const { cooledAt } = deployment;
      const isOut = avoid?.has(deployment) === true || deployment.hasRoomAt(now) > now;
      if (!isOut && cooledAt > now && (soonest === undefined || cooledAt < soonest.cooledAt)) soonest = deployment;
    }
    return soonest;
  }

  /** The next moment at which one may be worth it; `Infinity` when there is nobody to probe. */
  nextAt(now: number, avoid?: ReadonlySet<Deployment>): number {
    if (this.#isProbing) return Infinity;
    let roomAt = Infinity;
    for (const deployment of this.#deployments) {
      const isCooling = deployment.cooledAt > now && avoid?.has(deployment) !== true;
      if (isCooling) roomAt = Math.min(roomAt, deployment.hasRoomAt(now));
    }
    return Math.max(roomAt, this.#lastShutAt() + this.#everyMs);
  }

  /** Whether the end of a probe is waited for already. */
  get #isProbing(): boolean {
    return this.#deployments.some(({ cooledAt, endpoint }) => cooledAt === Infinity && !endpoint.isSkipped);
  }

  #lastShutAt(): number {
    return this.#deployments.reduce(
      (latest, { breaker, endpointBreaker }) => Math.max(latest, breaker.shutAt, endpointBreaker.shutAt),
      -Infinity,
    );
  }
}
