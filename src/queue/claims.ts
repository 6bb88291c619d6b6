import type { Quota } from '../limits/quota.ts';
import type { Deployment } from '../deployment/deployment.ts';

/** What calls further ahead wait for: it is not given to those behind, or small calls would starve large ones. */
export class Claims {
  readonly #deployments = new Set<Deployment>();
  /** Limits that deployments share, of which there is not enough. */
  readonly #shared = new Set<Quota>();

  get isEmpty(): boolean {
    return this.#deployments.size === 0;
  }

  /** A call of so many tokens waits for a deployment. */
  add(deployment: Deployment, now: number, tokens: number): void {
    if (this.has(deployment)) return;
    this.#deployments.add(deployment);
    const lacking = deployment.lackingShared(now, tokens);
    if (lacking !== undefined) this.#shared.add(lacking);
  }

  /** Those of a ring that somebody waits for. */
  of(deployments: readonly Deployment[]): ReadonlySet<Deployment> {
    return new Set(deployments.filter((deployment) => this.has(deployment)));
  }

  has(deployment: Deployment): boolean {
    return this.#deployments.has(deployment) || deployment.quotas.some((quota) => this.#shared.has(quota));
  }
}
