import type { BalancedProviderMembers } from '../create-balanced-provider.ts';
import type { BalancedStatus, EndpointStatus } from '../status.ts';
import { recordHistory, type Traffic } from './history.ts';

/** What the page shows and scripts get: `status()`, and what went to each endpoint over the last minutes. */
export interface StatusSnapshot extends BalancedStatus {
  /** When it was taken, in epoch milliseconds. */
  readonly at: number;
  readonly endpoints: readonly (EndpointStatus & { readonly traffic: Traffic })[];
}

/** Takes snapshots of a provider. */
export function snapshots(balanced: Pick<BalancedProviderMembers, 'on' | 'status'>): () => StatusSnapshot {
  const trafficOf = recordHistory(balanced);
  return () => {
    const status = balanced.status();
    const endpoints = status.endpoints.map((endpoint) => ({ ...endpoint, traffic: trafficOf(endpoint.name) }));
    return { ...status, at: Date.now(), endpoints };
  };
}
