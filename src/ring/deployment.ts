import type { Endpoint } from '../endpoint/endpoint.ts';
import type { CircuitBreaker } from '../health/circuit-breaker.ts';
import { type HealthObserver, Lease, type LeasedHealth } from '../health/lease.ts';
import type { RateLimit } from '../health/rate-limit.ts';

/** What a deployment is made of. */
export interface DeploymentParts {
  readonly endpoint: Endpoint;
  readonly name: string;
  readonly kind: string;
  readonly breaker: CircuitBreaker;
  readonly endpointBreaker: CircuitBreaker;
  readonly rateLimit: RateLimit;
  readonly observer: HealthObserver;
}

/** One model at one endpoint: what quota, latency and rate limits belong to. */
export class Deployment implements LeasedHealth {
  readonly endpoint: Endpoint;
  /** Name that the service knows it by. */
  readonly name: string;
  readonly kind: string;
  readonly breaker: CircuitBreaker;
  /** Shared by all deployments of its endpoint. */
  readonly endpointBreaker: CircuitBreaker;
  readonly rateLimit: RateLimit;
  readonly observer: HealthObserver;
  /** Attempts under way. */
  inFlight = 0;

  constructor({ endpoint, name, kind, breaker, endpointBreaker, rateLimit, observer }: DeploymentParts) {
    this.endpoint = endpoint;
    this.name = name;
    this.kind = kind;
    this.breaker = breaker;
    this.endpointBreaker = endpointBreaker;
    this.rateLimit = rateLimit;
    this.observer = observer;
  }

  /** When its own breaker and its endpoint's let an attempt through. */
  get cooledAt(): number {
    return Math.max(this.breaker.cooldown.availableAt, this.endpointBreaker.cooldown.availableAt);
  }

  /** When it may be asked: in the past when it may now, `Infinity` while a probe decides or when it is left out. */
  get availableAt(): number {
    return this.endpoint.isSkipped ? Infinity : Math.max(this.cooledAt, this.rateLimit.cooldown.availableAt);
  }

  /** Takes hold of it for one attempt. */
  lease(): Lease {
    return new Lease(this);
  }
}
