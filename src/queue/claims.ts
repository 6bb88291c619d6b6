import type { Budget } from '../gates/budget.ts';
import type { Deployment } from '../deployment/deployment.ts';

/** What calls further ahead wait for: it is not given to those behind, or small calls would starve large ones. */
export class Claims {
  readonly #deployments = new Set<Deployment>();
  /** Limits that deployments share, of which there is not enough. */
  readonly #shared = new Set<Budget>();

  get isEmpty(): boolean {
    return this.#deployments.size === 0;
  }

  /** A call of so many tokens waits for a deployment. */
  add(deployment: Deployment, now: number, tokens: number): void {
    if (this.has(deployment)) return;
    this.#deployments.add(deployment);
    for (const budget of deployment.lackingShared(now, tokens)) this.#shared.add(budget);
  }

  /** Those of a ring that somebody waits for. */
  of(deployments: readonly Deployment[]): ReadonlySet<Deployment> {
    return new Set(deployments.filter((deployment) => this.has(deployment)));
  }

  has(deployment: Deployment): boolean {
    return this.#deployments.has(deployment) || deployment.budgets.some((budget) => this.#shared.has(budget));
  }
}
