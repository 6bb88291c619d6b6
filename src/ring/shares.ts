import type { Deployment } from '../deployment/deployment.ts';
import type { Revision } from '../gates/revision.ts';
import type { Unit } from '../limits/stated-limits.ts';

/** The part of a budget that may be missing before it matters whose is spent first. */
const SCARCE = 0.5;
/** For more than these, budgets count as weights only. */
const MANY = 64;

/** Which share of the calls each deployment of a ring is to have: by weight, and by budget where all budgets are known. */
export class Shares {
  readonly #deployments: readonly Deployment[];
  readonly #revision: Revision;
  #seen = -1;
  #limitsTokens = false;
  /** Shares that follow a limit, when it is known of all deployments. */
  #byLimit: ReadonlyMap<Deployment, number> | undefined;

  constructor(deployments: readonly Deployment[], revision: Revision) {
    this.#deployments = deployments;
    this.#revision = revision;
  }

  /** Whether tokens have to be estimated before an attempt. */
  get limitsTokens(): boolean {
    this.#look();
    return this.#limitsTokens;
  }

  readonly weightOf = (deployment: Deployment): number => {
    this.#look();
    return this.#byLimit?.get(deployment) ?? deployment.endpoint.weight;
  };

  /** Whether a budget is going down, so that it matters whose is spent. Too many are not looked at one by one. */
  isScarce(now: number): boolean {
    this.#look();
    if (this.#byLimit === undefined || this.#deployments.length > MANY) return false;
    return this.#deployments.some(({ budgets }) => budgets.some((budget) => budget.missingPart(now) > SCARCE));
  }

  /** Looks at all budgets, but only when something has changed since. */
  #look(): void {
    if (this.#seen === this.#revision.count) return;
    this.#seen = this.#revision.count;
    this.#limitsTokens = this.#deployments.some((deployment) => limitOf(deployment, 'tokens') !== undefined);
    this.#byLimit = this.#sharesBy('requests') ?? this.#sharesBy('tokens');
  }

  /** By its weight, and where all budgets are known by that too: no deployment is picked above its share. */
  #sharesBy(unit: Unit): ReadonlyMap<Deployment, number> | undefined {
    const shares = new Map<Deployment, number>();
    for (const deployment of this.#deployments) {
      const limit = limitOf(deployment, unit);
      if (limit !== undefined) shares.set(deployment, deployment.endpoint.weight * limit);
      else if (!deployment.endpoint.isSkipped) return undefined;
    }
    return shares.size === 0 ? undefined : shares;
  }
}

/** The lowest limit per minute that is known of a deployment. */
function limitOf({ budgets }: Deployment, unit: Unit): number | undefined {
  const limits = budgets.filter((budget) => budget.unit === unit).map(({ perMinute }) => perMinute);
  const known = limits.filter((limit) => limit !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
