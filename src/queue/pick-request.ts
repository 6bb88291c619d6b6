import type { Deployment } from '../deployment/deployment.ts';

/** What an attempt needs of a deployment. */
export interface PickRequest {
  /** Tokens that it is expected to use; 1 where tokens are not limited. */
  readonly tokens: number;
  /** Keeps it with others of the same key, where possible. */
  readonly affinityKey?: string | undefined;
  /** Has stored what it refers to, and is asked while it is available. */
  readonly owner?: Deployment | undefined;
  /** Deployments that it must not go to. */
  readonly avoid?: ReadonlySet<Deployment> | undefined;
}
