import type { Failure } from '../failure/failure.ts';
import type { CooldownRule } from '../shared-state.ts';
import { CooldownGate, type CooldownGateOptions } from './cooldown-gate.ts';
import type { Pass } from './gate.ts';
import { LearnedPace } from './learned-pace.ts';
import { msUntil, type Opening } from './opening.ts';

/** First wait after a rejection that names no time, and the longest. OpenAI's cookbook and SDKs start at about a second. */
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;
/** Shortest wait after a first rejection, whatever time it named. */
const FIRST_FLOOR_MS = 10;

/** What a rate limit is made with. */
export interface RateLimitOptions extends CooldownGateOptions {
  readonly maxRateLimitMs: number;
  /** Whether budgets pace the deployment. */
  readonly isPaced: () => boolean;
}

/** The time before which a deployment takes no calls. Not a failure: it works. */
export class RateLimit extends CooldownGate {
  readonly scope = 'rateLimit';
  protected readonly reason = 'rate-limit';
  readonly #pace = new LearnedPace();
  readonly #options: RateLimitOptions;
  #rejectionsInARow = 0;

  constructor(options: RateLimitOptions) {
    super(options);
    this.#options = options;
  }

  /** Not where it is known how much may be sent after a rejection. */
  get needsProbe(): boolean {
    return !this.#options.isPaced() && !this.#pace.isKnown;
  }

  override opens(now: number): Opening {
    return this.state === 'closed' ? this.#pace.opens(now) : super.opens(now);
  }

  /**
   * No probe is needed where it is known how much is taken, by budgets or by what was taken before: that paces what comes after the
   * time that was named, and waiting for the probe's whole answer would leave quota unspent.
   */
  override enter(now: number): Pass {
    const lastedMs = this.cooldown.lastsMs;
    if (lastedMs !== undefined && (this.#options.isPaced() || this.#pace.resume(now, lastedMs))) this.cooldown.clear();
    if (this.#pace.enter(now)) this.#options.revision.bump();
    return super.enter(now);
  }

  protected override forget(): void {
    super.forget();
    this.#rejectionsInARow = 0;
  }

  /** The pace is what this process has learned: what another sees does not end it. */
  override reset(): void {
    super.reset();
    if (this.#pace.isKnown) this.#options.revision.bump();
    this.#pace.reset();
  }

  succeed(isProbe: boolean): void {
    // An older attempt's answer does not lift a limit that was named since.
    if (isProbe ? this.cooldown.reset() : this.state === 'closed') this.#rejectionsInARow = 0;
  }

  fail(isProbe: boolean, _startedAt: number, failure: Failure): void {
    this.#pace.reject();
    // Calls that were under way together are one rejection.
    if (isProbe || this.state === 'closed') this.#rejectionsInARow += 1;
    const growth = 2 ** (Math.max(1, this.#rejectionsInARow) - 1);
    // A service that says "now" again and again is not to be asked again and again.
    const floorMs = Math.min(FIRST_FLOOR_MS * growth, FIRST_BACKOFF_MS);
    const namedMs = failure.retryAfterMs ?? this.#backoffMs(growth);
    this.trip(failure, Math.min(Math.max(namedMs, floorMs), this.#options.maxRateLimitMs), isProbe);
  }

  #backoffMs(growth: number): number {
    return Math.min(FIRST_BACKOFF_MS * growth * (1 + this.clock.random()), LONGEST_BACKOFF_MS);
  }

  /** For as long as it is closed here. */
  ruleFor(): CooldownRule {
    const now = this.clock.now();
    const lastsMs = msUntil(this.opens(now), now) ?? 1;
    return { threshold: 1, initialMs: lastsMs, factor: 1, maxMs: lastsMs, isCertain: true };
  }
}
