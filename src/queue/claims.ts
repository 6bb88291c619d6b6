import type { Deployment } from '../deployment/deployment.ts';
import type { Budget } from '../gates/budget.ts';

/** What calls further ahead wait for: it is not given to those behind, or small calls would starve large ones. */
export class Claims {
  readonly #deployments = new Set<Deployment>();
  /** Budgets that deployments share, of which there is not enough. */
  readonly #shared = new Set<Budget>();

  get isEmpty(): boolean {
    return this.#deployments.size === 0;
  }

  /** A call of so many tokens waits for these. */
  add(deployments: readonly Deployment[], now: number, tokens: number): void {
    for (const deployment of deployments) {
      if (this.has(deployment)) continue;
      this.#deployments.add(deployment);
      for (const budget of deployment.lackingShared(now, tokens)) this.#shared.add(budget);
    }
  }

  has(deployment: Deployment): boolean {
    if (this.#deployments.has(deployment)) return true;
    return this.#shared.size > 0 && deployment.budgets.some((budget) => this.#shared.has(budget));
  }

  /** Whether all of these are claimed. */
  cover(deployments: readonly Deployment[]): boolean {
    return !this.isEmpty && deployments.every((deployment) => this.has(deployment));
  }

  /** Those of them that are claimed. */
  among(deployments: readonly Deployment[]): readonly Deployment[] {
    return this.isEmpty ? [] : deployments.filter((deployment) => this.has(deployment));
  }
}
