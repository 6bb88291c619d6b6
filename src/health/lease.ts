import type { Failure } from '../failure.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { RateLimit } from './rate-limit.ts';

/** Told about changes of health, so that somebody may hear of them. */
export interface HealthObserver {
  cooledDown(scope: 'deployment' | 'endpoint', failure: Failure, cooldownMs: number): void;
  recovered(scope: 'deployment' | 'endpoint'): void;
  rateLimited(retryAfterMs: number): void;
}

/** The health that one attempt depends on, and changes. */
export interface LeasedHealth {
  inFlight: number;
  readonly breaker: CircuitBreaker;
  readonly endpointBreaker: CircuitBreaker;
  readonly rateLimit: RateLimit;
  readonly observer: HealthObserver;
}

/** One attempt's hold on a deployment. Ends once, in one of three ways; ending it again does nothing. */
export class Lease {
  readonly #health: LeasedHealth;
  readonly #isProbe: boolean;
  readonly #isEndpointProbe: boolean;
  readonly #isRateLimitProbe: boolean;
  #isHeld = true;

  constructor(health: LeasedHealth) {
    this.#health = health;
    this.#isProbe = health.breaker.cooldown.enter();
    this.#isEndpointProbe = health.endpointBreaker.cooldown.enter();
    this.#isRateLimitProbe = health.rateLimit.cooldown.enter();
    health.inFlight += 1;
  }

  /** The deployment answered. */
  succeed(): void {
    if (!this.#end()) return;
    const { breaker, endpointBreaker, rateLimit, observer } = this.#health;
    rateLimit.pass(this.#isRateLimitProbe);
    if (endpointBreaker.succeed(this.#isEndpointProbe)) observer.recovered('endpoint');
    if (breaker.succeed(this.#isProbe)) observer.recovered('deployment');
  }

  /** The deployment failed. Whether it is blamed depends on the class of the failure. Returns the wait it asked for, if any. */
  fail(failure: Failure, now: number): void {
    if (!this.#end()) return;
    switch (failure.class) {
      case 'rate-limited':
        this.#reject(failure, now);
        return;
      case 'retryable':
      case 'quota-exhausted':
      case 'misconfigured':
        this.#blame(failure, now);
        return;
      case 'rejected':
        // It answered, so it works.
        this.#answered();
        return;
      case 'aborted':
        this.#giveBack(now);
        return;
    }
  }

  /** The attempt ended without a result: the caller left, or another attempt was quicker. */
  release(now: number): void {
    if (this.#end()) this.#giveBack(now);
  }

  #end(): boolean {
    if (!this.#isHeld) return false;
    this.#isHeld = false;
    this.#health.inFlight -= 1;
    return true;
  }

  #answered(): void {
    const { breaker, endpointBreaker, rateLimit, observer } = this.#health;
    rateLimit.pass(this.#isRateLimitProbe);
    if (this.#isEndpointProbe && endpointBreaker.succeed(true)) observer.recovered('endpoint');
    if (this.#isProbe && breaker.succeed(true)) observer.recovered('deployment');
  }

  /** A rejection for want of capacity is an answer: whatever was probed besides works. */
  #reject({ retryAfterMs }: Failure, now: number): void {
    const { breaker, endpointBreaker, rateLimit, observer } = this.#health;
    if (this.#isEndpointProbe && endpointBreaker.succeed(true)) observer.recovered('endpoint');
    if (this.#isProbe) breaker.cooldown.giveBack(now);
    observer.rateLimited(rateLimit.reject(retryAfterMs, this.#isRateLimitProbe));
  }

  #blame(failure: Failure, now: number): void {
    const { breaker, endpointBreaker, rateLimit, observer } = this.#health;
    if (this.#isRateLimitProbe) rateLimit.cooldown.giveBack(now);
    const scope = failure.scope ?? 'deployment';
    const [blamed, isBlamedProbe, spared, isSparedProbe] =
      scope === 'endpoint'
        ? ([endpointBreaker, this.#isEndpointProbe, breaker, this.#isProbe] as const)
        : ([breaker, this.#isProbe, endpointBreaker, this.#isEndpointProbe] as const);
    if (isSparedProbe) this.#settleSpared(scope, spared, now);
    const cooldownMs = failure.class === 'retryable' ? blamed.fail(isBlamedProbe) : blamed.failForGood();
    if (cooldownMs !== undefined) observer.cooledDown(scope, failure, cooldownMs);
  }

  /** A deployment that failed shows that its endpoint is there; an endpoint that failed shows nothing of its deployments. */
  #settleSpared(scope: 'deployment' | 'endpoint', spared: CircuitBreaker, now: number): void {
    if (scope === 'endpoint') spared.cooldown.giveBack(now);
    else if (spared.succeed(true)) this.#health.observer.recovered('endpoint');
  }

  #giveBack(now: number): void {
    const { breaker, endpointBreaker, rateLimit } = this.#health;
    if (this.#isProbe) breaker.cooldown.giveBack(now);
    if (this.#isEndpointProbe) endpointBreaker.cooldown.giveBack(now);
    if (this.#isRateLimitProbe) rateLimit.cooldown.giveBack(now);
  }
}
