import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Revision } from '../gates/revision.ts';
import type { CircuitBreaker } from '../gates/circuit-breaker.ts';
import { type HealthObserver, Lease, type LeasedHealth } from './lease.ts';
import type { Quota, QuotaChange } from '../limits/quota.ts';
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
  /** Its own limits, then those that it shares with others of its endpoint. */
  readonly quotas: readonly [Quota, ...Quota[]];
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
  readonly quotas: readonly [Quota, ...Quota[]];
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
    this.quotas = parts.quotas;
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
    return this.quotas.some((quota) => quota.isLimited);
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
    const [, shared] = this.quotas;
    return Math.max(this.#hasOwnRoomAt(now, tokens), shared?.availableAt(now, tokens) ?? -Infinity);
  }

  /** The limit that it shares with others, where nothing but that keeps it from taking so many tokens now. */
  lackingShared(now: number, tokens: number): Quota | undefined {
    const [, shared] = this.quotas;
    if (shared === undefined || shared.availableAt(now, tokens) <= now) return undefined;
    return Math.max(this.cooledAt, this.#hasOwnRoomAt(now, tokens)) <= now ? shared : undefined;
  }

  /** Whether one that is available has so many tokens, too. */
  hasTokens(now: number, tokens: number): boolean {
    const [own, shared] = this.quotas;
    return own.availableAt(now, tokens) <= now && (shared === undefined || shared.availableAt(now, tokens) <= now);
  }

  /** Takes hold of it for one attempt that is expected to use so many tokens. */
  lease(now: number, tokens: number): Lease {
    const lease = new Lease(this, now, tokens);
    // Whoever remembers it as available has to look again.
    if (lease.isLast) this.#changes.changed();
    return lease;
  }

  entered(): void {
    this.#inFlight += 1;
    if (this.#inFlight >= this.#maxConcurrency) this.#changes.changed();
  }

  left(): void {
    this.#inFlight -= 1;
    if (this.#inFlight + 1 >= this.#maxConcurrency) this.#changes.changed();
  }

  quotaChanged(change: QuotaChange): void {
    if (change === 'availability') this.#changes.changed();
    else if (change === 'room') this.#changes.moreRoom();
  }

  #hasOwnRoomAt(now: number, tokens: number): number {
    if (this.endpoint.isSkipped || this.#inFlight >= this.#maxConcurrency) return Infinity;
    return Math.max(this.rateLimit.cooldown.availableAt, this.quotas[0].availableAt(now, tokens));
  }
}
