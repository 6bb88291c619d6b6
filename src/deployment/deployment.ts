import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Revision } from '../gates/revision.ts';
import type { CircuitBreaker } from '../gates/circuit-breaker.ts';
import { type HealthObserver, Lease, type LeasedHealth } from './lease.ts';
import type { Budget } from '../gates/budget.ts';
import type { RateLimit } from '../gates/rate-limit.ts';
import type { ModelKind } from '../sdk.ts';
import { PeakEwma } from './peak-ewma.ts';
import type { Target } from './target.ts';

/** What a deployment is made of. */
export interface DeploymentParts {
  readonly endpoint: Endpoint;
  readonly name: string;
  readonly kind: string;
  /** How its models are spoken to, by kind. */
  readonly target: (kind: ModelKind) => Target;
  readonly breaker: CircuitBreaker;
  readonly endpointBreaker: CircuitBreaker;
  readonly rateLimit: RateLimit;
  /** Its own requests and tokens, then those that it shares with others of its endpoint. */
  readonly budgets: readonly Budget[];
  readonly maxConcurrency: number | undefined;
  readonly observer: HealthObserver;
  readonly changes: Revision;
}

/** One model at one endpoint: what quota, latency and rate limits belong to. */
export class Deployment implements LeasedHealth {
  readonly endpoint: Endpoint;
  /** Name that the service knows it by. */
  readonly name: string;
  readonly kind: string;
  /** How its models are spoken to, by kind. */
  readonly target: (kind: ModelKind) => Target;
  readonly breaker: CircuitBreaker;
  /** Shared by all deployments of its endpoint. */
  readonly endpointBreaker: CircuitBreaker;
  readonly rateLimit: RateLimit;
  readonly budgets: readonly Budget[];
  readonly observer: HealthObserver;
  /** How long it takes to say something. */
  readonly latency = new PeakEwma();
  readonly #maxConcurrency: number;
  readonly #changes: Revision;
  #inFlight = 0;

  constructor(parts: DeploymentParts) {
    this.endpoint = parts.endpoint;
    this.name = parts.name;
    this.kind = parts.kind;
    this.target = parts.target;
    this.breaker = parts.breaker;
    this.endpointBreaker = parts.endpointBreaker;
    this.rateLimit = parts.rateLimit;
    this.budgets = parts.budgets;
    this.observer = parts.observer;
    this.#maxConcurrency = parts.maxConcurrency ?? Infinity;
    this.#changes = parts.changes;
  }

  /** Attempts under way. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** When its own breaker and its endpoint's let an attempt through; `Infinity` while it is probed, or when it is left out. */
  get cooledAt(): number {
    if (this.endpoint.isSkipped) return Infinity;
    return Math.max(this.breaker.cooldown.availableAt, this.endpointBreaker.cooldown.availableAt);
  }

  /** Whether any limit of requests or tokens is known. */
  get isMetered(): boolean {
    return this.budgets.some(({ isLimited }) => isLimited);
  }

  /** Whether known limits, or its own, keep it from being overrun. */
  get isPaced(): boolean {
    return this.#maxConcurrency < Infinity || this.isMetered;
  }

  /**
   * When it may be asked: not later than `now` when it may now, `Infinity` when that depends on an event (the end of a probe or
   * of another attempt), or when it is left out.
   */
  availableAt(now: number, tokens = 1): number {
    return Math.max(this.cooledAt, this.hasRoomAt(now, tokens));
  }

  /** The same, cooldowns apart: what a probe ahead of its time has to keep to all the same. */
  hasRoomAt(now: number, tokens = 1): number {
    return this.#hasRoomAt(this.budgets, now, tokens);
  }

  /** The limits that it shares with others, where nothing but them keeps it from taking so many tokens now. */
  lackingShared(now: number, tokens: number): readonly Budget[] {
    const lacking = this.budgets.filter((budget) => budget.isShared && budget.opens(now, tokens) !== 'now');
    if (lacking.length === 0) return lacking;
    const own = this.budgets.filter(({ isShared }) => !isShared);
    return Math.max(this.cooledAt, this.#hasRoomAt(own, now, tokens)) <= now ? lacking : [];
  }

  /** Whether one that is available has so many tokens, too. */
  hasTokens(now: number, tokens: number): boolean {
    return this.budgets.every((budget) => budget.opens(now, tokens) === 'now');
  }

  /** Takes hold of it for one attempt that is expected to use so many tokens. */
  lease(now: number, tokens: number): Lease {
    return new Lease(this, now, tokens);
  }

  entered(): void {
    this.#inFlight += 1;
    if (this.#inFlight >= this.#maxConcurrency) this.#changes.bump();
  }

  left(): void {
    this.#inFlight -= 1;
    if (this.#inFlight + 1 >= this.#maxConcurrency) this.#changes.bump();
  }

  #hasRoomAt(budgets: readonly Budget[], now: number, tokens: number): number {
    if (this.endpoint.isSkipped || this.#inFlight >= this.#maxConcurrency) return Infinity;
    return budgets.reduce((latest, budget) => {
      const opens = budget.opens(now, tokens);
      return typeof opens === 'number' ? Math.max(latest, opens) : latest;
    }, this.rateLimit.cooldown.availableAt);
  }
}
