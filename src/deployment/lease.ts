import type { Failure } from '../failure/failure.ts';
import type { CircuitBreaker } from '../gates/circuit-breaker.ts';
import type { Budget } from '../gates/budget.ts';
import type { Pass } from '../gates/gate.ts';
import type { Outcome } from '../gates/outcome.ts';
import type { RateLimit } from '../gates/rate-limit.ts';
import { statedLimits } from '../limits/stated-limits.ts';

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
  readonly budgets: readonly Budget[];
  /** Whether any of them limits anything. */
  readonly isMetered: boolean;
  /** An attempt starts or ends. */
  entered(): void;
  left(): void;
}

/** One attempt's hold on a deployment. Ends once, in one of three ways; ending it again does nothing. */
export class Lease {
  /** When it began, in milliseconds on the core's clock. */
  readonly startedAt: number;
  readonly #health: LeasedHealth;
  // Not any more once it has answered.
  #isProbe: boolean;
  #isEndpointProbe: boolean;
  #isRateLimitProbe: boolean;
  /** What has recovered since is not blamed for it. */
  #generation: number;
  #endpointGeneration: number;
  /** What it holds of each budget. */
  readonly #passes: readonly Pass[];
  #isHeld = true;
  #hasAnswered = false;

  /** @param tokens that the attempt is expected to use; counts only where tokens are limited. */
  constructor(health: LeasedHealth, now: number, tokens: number) {
    this.startedAt = now;
    this.#health = health;
    this.#generation = health.breaker.generation;
    this.#endpointGeneration = health.endpointBreaker.generation;
    this.#isProbe = health.breaker.cooldown.enter();
    this.#isEndpointProbe = health.endpointBreaker.cooldown.enter();
    this.#isRateLimitProbe = health.rateLimit.enter(health.isMetered);
    this.#passes = health.budgets.map((budget) => budget.enter(now, tokens));
    health.entered();
  }

  /** Whether it was sent to find out whether its deployment, or its endpoint, works again. */
  get isProbe(): boolean {
    return this.#isProbe || this.#isEndpointProbe;
  }

  /** The service has answered: learns the limits that it states. */
  heard(headers: Readonly<Record<string, string>> | null | undefined, now: number): void {
    const stated = statedLimits(headers);
    if (stated === undefined) return;
    for (const pass of this.#passes) pass.learnLimits?.(stated, now);
  }

  /** The first content is there: whatever it was sent to find out is known now, however long the rest may take. */
  answered(): void {
    // The end of a stream is no second answer.
    if (!this.#isHeld || this.#hasAnswered) return;
    this.#hasAnswered = true;
    const { breaker, endpointBreaker, rateLimit } = this.#health;
    rateLimit.pass(this.#isRateLimitProbe);
    this.#tellRecovery('endpoint', endpointBreaker.succeed(this.#isEndpointProbe, this.startedAt));
    // A row of failures ends with a whole answer, not with the beginning of one; a probe needs no more.
    if (this.#isProbe) this.#tellRecovery('deployment', breaker.succeed(true, this.startedAt));
    // It may still break off, and is of its own recovery's time.
    if (this.#isProbe) this.#generation = breaker.generation;
    if (this.#isEndpointProbe) this.#endpointGeneration = endpointBreaker.generation;
    this.#isRateLimitProbe = false;
    this.#isEndpointProbe = false;
    this.#isProbe = false;
  }

  /** The attempt brought all that was asked for, and used so many tokens, if the service said. */
  succeed(now: number, tokens?: number): void {
    this.answered();
    if (this.#end({ type: 'success', tokens }, now)) this.#health.breaker.succeed(false, this.startedAt);
  }

  /** The deployment failed. Whether it is blamed depends on the class of the failure. */
  fail(failure: Failure, now: number): void {
    if (!this.#end({ type: 'failure', failure }, now)) return;
    switch (failure.class) {
      case 'rate-limited':
        this.#reject(failure);
        return;
      case 'retryable':
      case 'quota-exhausted':
      case 'misconfigured':
        this.#blame(failure);
        return;
      case 'rejected':
        // It answered, so it works.
        this.#clear();
        return;
      case 'aborted':
        this.#giveBack();
        return;
    }
  }

  /** The attempt ended without a result: the caller left, or another attempt was quicker. */
  release(now: number): void {
    if (this.#end({ type: 'none' }, now)) this.#giveBack();
  }

  /** It is one of so many silent attempts that its deployment is taken out. */
  hang(): void {
    if (this.#health.breaker.generation !== this.#generation) return;
    const cooldownMs = this.#health.breaker.hang();
    if (cooldownMs !== undefined) this.#health.observer.cooledDown('deployment', { class: 'retryable' }, cooldownMs);
  }

  /** Another attempt was quicker, and this one had given nothing yet. A probe has found out that the others are better. */
  lose(now: number): void {
    if (!this.#end({ type: 'none' }, now)) return;
    if (this.isProbe) this.#blame({ class: 'retryable', scope: this.#isEndpointProbe ? 'endpoint' : 'deployment' });
    else this.#giveBack();
  }

  #end(outcome: Outcome, now: number): boolean {
    if (!this.#isHeld) return false;
    this.#isHeld = false;
    for (const pass of this.#passes) pass.settle(outcome, now);
    this.#health.left();
    return true;
  }

  #clear(): void {
    const { breaker, endpointBreaker, rateLimit } = this.#health;
    rateLimit.pass(this.#isRateLimitProbe);
    if (this.#isEndpointProbe) this.#tellRecovery('endpoint', endpointBreaker.succeed(true, this.startedAt));
    if (this.#isProbe) this.#tellRecovery('deployment', breaker.succeed(true, this.startedAt));
  }

  /** A rejection for want of capacity is an answer: the endpoint works. */
  #reject({ retryAfterMs }: Failure): void {
    const { breaker, endpointBreaker, rateLimit, observer } = this.#health;
    if (this.#isEndpointProbe) this.#tellRecovery('endpoint', endpointBreaker.succeed(true, this.startedAt));
    if (this.#isProbe) breaker.cooldown.giveBack();
    observer.rateLimited(rateLimit.reject(retryAfterMs, this.#isRateLimitProbe));
  }

  #blame(failure: Failure): void {
    const { breaker, endpointBreaker, rateLimit, observer } = this.#health;
    if (this.#isRateLimitProbe) rateLimit.cooldown.giveBack();
    const isEndpoints = failure.scope === 'endpoint';
    // A deployment that failed shows that its endpoint is there; an endpoint that failed shows nothing of its deployments.
    if (isEndpoints && this.#isProbe) breaker.cooldown.giveBack();
    if (!isEndpoints && this.#isEndpointProbe)
      this.#tellRecovery('endpoint', endpointBreaker.succeed(true, this.startedAt));
    const blamed = isEndpoints ? endpointBreaker : breaker;
    const isProbe = isEndpoints ? this.#isEndpointProbe : this.#isProbe;
    if (blamed.generation !== (isEndpoints ? this.#endpointGeneration : this.#generation)) return;
    const cooldownMs =
      failure.class === 'retryable'
        ? blamed.fail(isProbe, this.startedAt, failure)
        : blamed.failForGood(isProbe, this.startedAt, failure);
    if (cooldownMs !== undefined) observer.cooledDown(isEndpoints ? 'endpoint' : 'deployment', failure, cooldownMs);
  }

  #giveBack(): void {
    const { breaker, endpointBreaker, rateLimit } = this.#health;
    if (this.#isProbe) breaker.cooldown.giveBack();
    if (this.#isEndpointProbe) endpointBreaker.cooldown.giveBack();
    if (this.#isRateLimitProbe) rateLimit.cooldown.giveBack();
  }

  #tellRecovery(scope: 'deployment' | 'endpoint', isRecovery: boolean): void {
    if (isRecovery) this.#health.observer.recovered(scope);
  }
}
