import type { Failure } from '../failure.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { Quota, Reservation } from './quota.ts';
import type { RateLimit } from './rate-limit.ts';
import { statedLimits } from './stated-limits.ts';

/** Told about changes of health, so that somebody may hear of them. */
export interface HealthObserver {
  cooledDown(scope: 'deployment' | 'endpoint', failure: Failure, cooldownMs: number): void;
  recovered(scope: 'deployment' | 'endpoint'): void;
  rateLimited(retryAfterMs: number): void;
}

/** The health that one attempt depends on, and changes. */
export interface LeasedHealth {
  readonly breaker: CircuitBreaker;
  readonly endpointBreaker: CircuitBreaker;
  readonly rateLimit: RateLimit;
  readonly observer: HealthObserver;
  /** Its own limits first, which services state; then those it shares with others. */
  readonly quotas: readonly [Quota, ...Quota[]];
  /** Whether any of them limits anything. */
  readonly isMetered: boolean;
  /** An attempt starts or ends. */
  entered(): void;
  left(): void;
  /** The service states other limits than were known. */
  limitsChanged(): void;
}

/** One attempt's hold on a deployment. Ends once, in one of three ways; ending it again does nothing. */
export class Lease {
  readonly #health: LeasedHealth;
  readonly #isProbe: boolean;
  readonly #isEndpointProbe: boolean;
  readonly #isRateLimitProbe: boolean;
  /** Made only where something is limited. */
  readonly #reservations: readonly (Reservation | undefined)[] | undefined;
  #isHeld = true;

  /** @param tokens that the attempt is expected to use; counts only where tokens are limited. */
  constructor(health: LeasedHealth, now: number, tokens: number) {
    this.#health = health;
    this.#isProbe = health.breaker.cooldown.enter();
    this.#isEndpointProbe = health.endpointBreaker.cooldown.enter();
    this.#isRateLimitProbe = health.rateLimit.cooldown.enter();
    this.#reservations = health.isMetered ? health.quotas.map((quota) => quota.reserve(now, tokens)) : undefined;
    health.entered();
  }

  /** The service has answered: learns the limits that it states. */
  heard(headers: Readonly<Record<string, string>> | undefined, now: number): void {
    const stated = statedLimits(headers);
    if (stated === undefined) return;
    if (this.#health.quotas[0].learn(now, stated, this.#reservations?.[0])) this.#health.limitsChanged();
  }

  /** The deployment answered, and used so many tokens, if it said. */
  succeed(now: number, tokens?: number): void {
    if (!this.#end()) return;
    const { breaker, endpointBreaker, rateLimit, quotas } = this.#health;
    for (const [index, reservation] of (this.#reservations ?? []).entries())
      quotas[index]?.settle(now, reservation, tokens);
    rateLimit.pass(this.#isRateLimitProbe);
    this.#tellRecovery('endpoint', endpointBreaker.succeed(this.#isEndpointProbe));
    this.#tellRecovery('deployment', breaker.succeed(this.#isProbe));
  }

  /** The deployment failed. Whether it is blamed depends on the class of the failure. */
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

  /** Another attempt was quicker, and this one had given nothing yet. Too often in a row counts as a failure. */
  lose(now: number): void {
    if (!this.#end()) return;
    this.#giveBack(now);
    const cooldownMs = this.#health.breaker.lose();
    if (cooldownMs !== undefined) this.#health.observer.cooledDown('deployment', { class: 'retryable' }, cooldownMs);
  }

  #end(): boolean {
    if (!this.#isHeld) return false;
    this.#isHeld = false;
    for (const [index, reservation] of (this.#reservations ?? []).entries())
      this.#health.quotas[index]?.release(reservation);
    this.#health.left();
    return true;
  }

  #answered(): void {
    const { breaker, endpointBreaker, rateLimit } = this.#health;
    rateLimit.pass(this.#isRateLimitProbe);
    if (this.#isEndpointProbe) this.#tellRecovery('endpoint', endpointBreaker.succeed(true));
    if (this.#isProbe) this.#tellRecovery('deployment', breaker.succeed(true));
  }

  /** A rejection for want of capacity is an answer: the endpoint works. */
  #reject({ retryAfterMs }: Failure, now: number): void {
    const { breaker, endpointBreaker, rateLimit, observer, quotas } = this.#health;
    if (this.#isEndpointProbe) this.#tellRecovery('endpoint', endpointBreaker.succeed(true));
    if (this.#isProbe) breaker.cooldown.giveBack(now);
    for (const quota of quotas) quota.wasRejected(now);
    observer.rateLimited(rateLimit.reject(retryAfterMs, this.#isRateLimitProbe));
  }

  #blame(failure: Failure, now: number): void {
    const { breaker, endpointBreaker, rateLimit, observer } = this.#health;
    if (this.#isRateLimitProbe) rateLimit.cooldown.giveBack(now);
    const isEndpoints = failure.scope === 'endpoint';
    // A deployment that failed shows that its endpoint is there; an endpoint that failed shows nothing of its deployments.
    if (isEndpoints && this.#isProbe) breaker.cooldown.giveBack(now);
    if (!isEndpoints && this.#isEndpointProbe) this.#tellRecovery('endpoint', endpointBreaker.succeed(true));
    const blamed = isEndpoints ? endpointBreaker : breaker;
    const isProbe = isEndpoints ? this.#isEndpointProbe : this.#isProbe;
    const cooldownMs = failure.class === 'retryable' ? blamed.fail(isProbe) : blamed.failForGood(isProbe);
    if (cooldownMs !== undefined) observer.cooledDown(isEndpoints ? 'endpoint' : 'deployment', failure, cooldownMs);
  }

  #giveBack(now: number): void {
    const { breaker, endpointBreaker, rateLimit } = this.#health;
    if (this.#isProbe) breaker.cooldown.giveBack(now);
    if (this.#isEndpointProbe) endpointBreaker.cooldown.giveBack(now);
    if (this.#isRateLimitProbe) rateLimit.cooldown.giveBack(now);
  }

  #tellRecovery(scope: 'deployment' | 'endpoint', isRecovery: boolean): void {
    if (isRecovery) this.#health.observer.recovered(scope);
  }
}
