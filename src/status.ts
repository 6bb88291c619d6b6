import type { Deployment } from './deployment/deployment.ts';
import type { CircuitBreaker } from './gates/circuit-breaker.ts';
import { msUntil } from './gates/opening.ts';
import type { Fleet } from './ring/fleet.ts';

/** Whether something gets traffic: `closed` yes, `open` not before its cooldown ends, `half-open` while a probe decides. */
export interface HealthStatus {
  readonly state: 'closed' | 'open' | 'half-open';
  /** Failures in a row. */
  readonly failures: number;
  /** Milliseconds until a probe may be sent; 0 unless `open`. */
  readonly cooldownMs: number;
}

/** One model at one endpoint, as it is now. */
export interface DeploymentStatus extends HealthStatus {
  /** Name that the service knows it by. */
  readonly deployment: string;
  /** `language`, `embedding`, `image`, … */
  readonly kind: string;
  /** Attempts under way. */
  readonly inFlight: number;
  /** Milliseconds until it takes calls again after a rate limit; 0 when it does. */
  readonly rateLimitedMs: number;
}

/** One endpoint, as it is now. Its own health is that of its credentials and its network. */
export interface EndpointStatus extends HealthStatus {
  readonly name: string;
  readonly weight: number;
  readonly priority: number;
  /** Left out because its credentials are missing (`onMissingCredentials: 'skip'`). */
  readonly isSkipped: boolean;
  /** Closed by hand, with `drain()`. */
  readonly isDrained: boolean;
  /** Deployments that have been asked for so far. */
  readonly deployments: readonly DeploymentStatus[];
}

/** A frozen snapshot of a balanced provider. Holds no key, header, prompt or URL. */
export interface BalancedStatus {
  /** The API that `balanced(id)` uses. */
  readonly api: 'chat' | 'responses';
  readonly endpoints: readonly EndpointStatus[];
}

/** Takes the snapshot. */
export function takeStatus(api: BalancedStatus['api'], fleet: Fleet, now: number): BalancedStatus {
  const endpoints = fleet.members.map(({ endpoint, gates, deployments }) =>
    Object.freeze({
      name: endpoint.name,
      weight: endpoint.weight,
      priority: endpoint.priority,
      isSkipped: endpoint.isSkipped,
      isDrained: gates.drain.isDrained,
      ...healthStatus(gates.breaker, now),
      deployments: Object.freeze([...deployments.values()].map((deployment) => deploymentStatus(deployment, now))),
    }),
  );
  return Object.freeze({ api, endpoints: Object.freeze(endpoints) });
}

function deploymentStatus({ name, kind, inFlight, gates }: Deployment, now: number): DeploymentStatus {
  return Object.freeze({
    deployment: name,
    kind,
    inFlight,
    ...healthStatus(gates.breaker, now),
    rateLimitedMs: msUntil(gates.rateLimit.opens(now), now) ?? 0,
  });
}

function healthStatus(breaker: CircuitBreaker, now: number): HealthStatus {
  return { state: breaker.state, failures: breaker.failures, cooldownMs: msUntil(breaker.opens(now), now) ?? 0 };
}
