import type { Deployment } from '../deployment/deployment.ts';
import type { Revision } from '../gates/revision.ts';

const NONE: readonly Deployment[] = [];

/** The deployments of a ring that are available: looked at again only when a gate has changed or come due since. */
export class Availability {
  readonly #deployments: readonly Deployment[];
  readonly #revision: Revision;
  #seen = -1;
  /** When the next of the others opens, where that is known. */
  #nextDueAt: number | undefined;
  #available = NONE;
  #best = NONE;

  constructor(deployments: readonly Deployment[], revision: Revision) {
    this.#deployments = deployments;
    this.#revision = revision;
  }

  /** All that may be asked now, in the order configured. */
  all(now: number): readonly Deployment[] {
    this.#look(now);
    return this.#available;
  }

  /** Those of them with the lowest priority number. The same array is given again until something changes. */
  best(now: number): readonly Deployment[] {
    this.#look(now);
    return this.#best;
  }

  #look(now: number): void {
    const isDue = this.#nextDueAt !== undefined && now >= this.#nextDueAt;
    if (this.#seen === this.#revision.count && !isDue) return;
    this.#seen = this.#revision.count;
    this.#nextDueAt = undefined;
    const available: Deployment[] = [];
    for (const deployment of this.#deployments) {
      const opens = deployment.opens(now);
      if (opens === 'now') available.push(deployment);
      else if (typeof opens === 'number') this.#nextDueAt = Math.min(this.#nextDueAt ?? opens, opens);
    }
    this.#available = available;
    this.#best = bestTier(available);
  }
}

/** The deployments with the lowest priority number. */
export function bestTier(available: readonly Deployment[]): readonly Deployment[] {
  const [first] = available;
  if (first === undefined) return NONE;
  const best = available.reduce((least, { endpoint }) => Math.min(least, endpoint.priority), first.endpoint.priority);
  return available.filter(({ endpoint }) => endpoint.priority === best);
}
