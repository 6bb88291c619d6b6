import type { Clock } from './clock.ts';
import type { Endpoint } from './endpoint/endpoint.ts';
import type { CircuitBreaker } from './gates/circuit-breaker.ts';
import type { Deployment } from './deployment/deployment.ts';
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
export function takeStatus(
  api: BalancedStatus['api'],
  endpoints: readonly Endpoint[],
  fleet: Fleet,
  clock: Clock,
): BalancedStatus {
  const now = clock.now();
  const statuses = endpoints.map((endpoint) =>
    Object.freeze({
      name: endpoint.name,
      weight: endpoint.weight,
      priority: endpoint.priority,
      isSkipped: endpoint.isSkipped,
      ...healthStatus(fleet.breakerOf(endpoint), now),
      deployments: Object.freeze(fleet.deploymentsOf(endpoint).map((deployment) => deploymentStatus(deployment, now))),
    }),
  );
  return Object.freeze({ api, endpoints: Object.freeze(statuses) });
}

function deploymentStatus({ name, kind, inFlight, breaker, rateLimit }: Deployment, now: number): DeploymentStatus {
  const limit = rateLimit.cooldown.state;
  return Object.freeze({
    deployment: name,
    kind,
    inFlight,
    ...healthStatus(breaker, now),
    rateLimitedMs: limit.state === 'open' ? Math.max(0, Math.ceil(limit.until - now)) : 0,
  });
}

function healthStatus({ cooldown, failures }: CircuitBreaker, now: number): HealthStatus {
  const { state } = cooldown;
  return {
    state: state.state,
    failures,
    cooldownMs: state.state === 'open' ? Math.max(0, Math.ceil(state.until - now)) : 0,
  };
}
