import type { Failure } from '../failure/failure.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';
import type { CooldownRule } from '../shared-state.ts';
import { CooldownGate, type CooldownGateOptions, HANG } from './cooldown-gate.ts';
import { FailureRow } from './failure-row.ts';

/** What a breaker is made with. */
export interface BreakerOptions extends CooldownGateOptions {
  /** What it counts: the failures of one deployment, or those of everything at its endpoint. */
  readonly scope: 'deployment' | 'endpoint';
  readonly settings: Pick<ResolvedSettings, 'failureThreshold' | 'cooldown' | 'misconfiguredCooldownMs'>;
}

/** How many cooldowns are shortened at random, so that instances that saw the same outage do not all probe at once. */
const JITTER = 0.05;

/** A key that is renewed, or a role that is being assigned, is refused for a moment; one that is refused for longer is wrong. */
const REFUSED_FOR_GOOD_MS = 5_000;

/** Takes a deployment, or an endpoint, out after failures in a row. */
export class CircuitBreaker extends CooldownGate {
  override readonly allowsEarlyProbe = true;
  readonly scope: BreakerOptions['scope'];
  readonly needsProbe = true;
  protected readonly reason = 'cooldown';
  readonly #settings: BreakerOptions['settings'];
  readonly #row = new FailureRow();
  #trips = 0;
  #hasServed = false;

  constructor(options: BreakerOptions) {
    super(options);
    this.scope = options.scope;
    this.#settings = options.settings;
  }

  get failures(): number {
    return this.#row.length;
  }

  /** Whether any attempt has ever shown that it works. */
  get hasServed(): boolean {
    return this.#hasServed;
  }

  /** Whether waiting for it is in vain: it has been refusing for seconds, and no probe is to tell soon whether it still does. */
  isRefusing(now: number): boolean {
    const { refusedSince = now } = this.#row;
    return now - refusedSince >= REFUSED_FOR_GOOD_MS && typeof this.opens(now) === 'number';
  }

  succeed(isProbe: boolean, startedAt: number): void {
    this.#hasServed = true;
    // While open, an answer to an attempt from before says nothing about now: the probe decides.
    if (isProbe ? !this.cooldown.reset() : this.state !== 'closed') return;
    if (!isProbe && this.#row.outlasts(startedAt)) return;
    this.#endRow();
    if (isProbe) this.recover();
  }

  fail(isProbe: boolean, startedAt: number, failure: Failure): void {
    const isPermanent = failure.class !== 'retryable';
    this.#row.add(startedAt, isPermanent ? this.clock.now() : undefined);
    const { threshold, maxMs, isCertain } = this.ruleFor(failure);
    if (isCertain) this.trip(failure, maxMs, isProbe);
    else if (isProbe || (this.state === 'closed' && (isPermanent || this.#row.isOutage(threshold)))) {
      this.#tripLonger(failure, isProbe, maxMs);
    }
  }

  ruleFor({ class: failureClass }: Failure): CooldownRule {
    const { failureThreshold: threshold, cooldown, misconfiguredCooldownMs: longMs } = this.#settings;
    const { initialMs, factor, maxMs } = cooldown;
    if (failureClass === 'retryable') return { threshold, initialMs, factor, maxMs, isCertain: false };
    // A refusal by what has served before is more often a fault that passes (a token that is renewed) than a key that was revoked.
    const mayPass = failureClass === 'misconfigured' && this.#hasServed;
    const growing = mayPass ? { initialMs, factor } : { initialMs: longMs, factor: 1 };
    return { threshold: 1, ...growing, maxMs: longMs, isCertain: !mayPass };
  }

  /** It gives no answers, though nothing has failed. */
  hang(): void {
    if (this.state === 'closed') this.#tripLonger(HANG, false, this.#settings.cooldown.maxMs);
  }

  protected override forget(): void {
    this.#endRow();
    super.forget();
  }

  #endRow(): void {
    this.#row.end();
    this.#trips = 0;
  }

  #tripLonger(cause: Failure, isProbe: boolean, longestMs: number): void {
    const { initialMs, factor, jitter } = this.#settings.cooldown;
    const cooldownMs = Math.min(initialMs * factor ** this.#trips, longestMs);
    this.#trips += 1;
    // Downwards, so that the longest time is kept.
    this.trip(cause, jitter ? cooldownMs * (1 - JITTER * this.clock.random()) : cooldownMs, isProbe);
  }
}
