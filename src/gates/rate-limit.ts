import type { Clock } from '../clock.ts';
import type { Failure } from '../failure/failure.ts';
import { Cooldown, type CooldownRecord, type CooldownState } from './cooldown.ts';
import type { Closure, Gate, Pass } from './gate.ts';
import { LearnedPace } from './learned-pace.ts';
import type { Opening } from './opening.ts';
import { type Outcome, READINGS } from './outcome.ts';
import type { Revision } from './revision.ts';

/** First wait after a rejection that names no time, and the longest. OpenAI's cookbook and SDKs start at about a second. */
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;
/** Shortest wait after a first rejection, whatever time it named. */
const FIRST_FLOOR_MS = 10;

/** What a rate limit is made with. */
export interface RateLimitOptions {
  readonly clock: Clock;
  readonly revision: Revision;
  readonly maxRateLimitMs: number;
  /** Whether budgets pace the deployment. */
  readonly isPaced: () => boolean;
  /** Hears of each rejection, with the milliseconds until the next attempt. */
  readonly onLimited: (retryAfterMs: number) => void;
}

/** The time before which a deployment takes no calls. Not a failure: it works. */
export class RateLimit implements Gate {
  readonly allowsEarlyProbe = false;
  readonly admitsPinned = false;
  readonly #cooldown: Cooldown;
  readonly #pace = new LearnedPace();
  readonly #options: RateLimitOptions;
  #rejectionsInARow = 0;
  #cause: Failure = { class: 'rate-limited' };
  #resets = 0;
  #era = 0;

  constructor(options: RateLimitOptions) {
    this.#options = options;
    this.#cooldown = new Cooldown(options.revision);
  }

  /** A probe from before the last of them decides nothing any more. */
  get resets(): number {
    return this.#resets;
  }

  get state(): CooldownState['state'] {
    return this.#cooldown.state.state;
  }

  /** Whether it is known how much may be sent after a rejection, so that no probe has to find out. */
  get isPaced(): boolean {
    return this.#options.isPaced() || this.#pace.isKnown;
  }

  /** What processes that share it have found out, as at a circuit breaker. */
  merge({ era, opensInMs, isProbe }: CooldownRecord): void {
    const isOpen = this.state === 'closed';
    if (era > this.#era) {
      this.#era = era;
      this.#forget();
    }
    const { clock, onLimited } = this.#options;
    const now = clock.now();
    if (opensInMs > 0 || (isProbe && this.state === 'closed')) this.#cooldown.trip(now, now + opensInMs, false);
    if (isOpen && opensInMs > 0) onLimited(opensInMs);
  }

  opens(now: number): Opening {
    return this.#cooldown.state.state === 'closed' ? this.#pace.opens(now) : this.#cooldown.opens(now);
  }

  closure(now: number): Closure | undefined {
    const { state } = this.#cooldown;
    const opens = this.opens(now);
    if (opens === 'now') return undefined;
    const reason = state.state === 'half-open' ? 'probe' : 'rate-limit';
    return { reason, opens, since: state.state === 'closed' ? undefined : state.since, cause: this.#cause };
  }

  /**
   * No probe is needed where it is known how much is taken, by budgets or by what was taken before: that paces what comes after the
   * time that was named, and waiting for the probe's whole answer would leave quota unspent.
   */
  enter(now: number): Pass {
    const { state } = this.#cooldown;
    let isProbe = this.#cooldown.enter();
    if (state.state === 'open' && (this.#options.isPaced() || this.#pace.resume(now, state.until - state.since))) {
      this.#cooldown.reset();
      isProbe = false;
    }
    if (this.#pace.enter(now)) this.#options.revision.bump();
    return new RateLimitPass(this, isProbe);
  }

  reset(): void {
    this.#forget();
    if (this.#pace.isKnown) this.#options.revision.bump();
    this.#pace.reset();
  }

  #forget(): void {
    this.#rejectionsInARow = 0;
    this.#resets += 1;
    this.#cooldown.clear();
  }

  /** An attempt was not rejected. */
  pass(isProbe: boolean): void {
    // An older attempt's answer does not lift a limit that was named since.
    if (isProbe ? this.#cooldown.reset() : this.#cooldown.state.state === 'closed') this.#rejectionsInARow = 0;
  }

  /** An attempt was rejected. */
  reject(failure: Failure, isProbe: boolean): void {
    const { retryAfterMs } = failure;
    this.#cause = failure;
    const { clock, maxRateLimitMs, onLimited } = this.#options;
    this.#pace.reject();
    const isNew = isProbe || this.#cooldown.state.state === 'closed';
    // Calls that were under way together are one rejection.
    if (isNew) this.#rejectionsInARow += 1;
    const waitMs = Math.min(Math.max(retryAfterMs ?? this.#backoffMs(), this.#floorMs()), maxRateLimitMs);
    const now = clock.now();
    this.#cooldown.trip(now, now + waitMs, isProbe);
    onLimited(waitMs);
  }

  /** The probe ended without a result. */
  abandonProbe(): void {
    this.#cooldown.abandonProbe();
  }

  /** A service that says "now" again and again is not to be asked again and again. */
  #floorMs(): number {
    return Math.min(FIRST_FLOOR_MS * 2 ** (Math.max(1, this.#rejectionsInARow) - 1), FIRST_BACKOFF_MS);
  }

  #backoffMs(): number {
    const backoffMs = FIRST_BACKOFF_MS * 2 ** (Math.max(1, this.#rejectionsInARow) - 1);
    return Math.min(backoffMs * (1 + this.#options.clock.random()), LONGEST_BACKOFF_MS);
  }
}

class RateLimitPass implements Pass {
  /** It finds out whether there is room, not whether the deployment works. */
  readonly isProbe = false;
  readonly #limit: RateLimit;
  readonly #resets: number;
  #hasToFindRoom: boolean;

  constructor(limit: RateLimit, findsRoom: boolean) {
    this.#limit = limit;
    this.#resets = limit.resets;
    this.#hasToFindRoom = findsRoom;
  }

  get #findsRoom(): boolean {
    return this.#hasToFindRoom && this.#resets === this.#limit.resets;
  }

  content(): void {
    this.#limit.pass(this.#findsRoom);
    this.#hasToFindRoom = false;
  }

  settle(outcome: Outcome): void {
    if (outcome.type === 'success') return;
    const reading = outcome.type === 'failure' ? READINGS.rateLimit(outcome.failure) : 'nothing';
    if (reading === 'failed' && outcome.type === 'failure') {
      this.#limit.reject(outcome.failure, this.#findsRoom);
    } else if (reading === 'works') this.#limit.pass(this.#findsRoom);
    else if (this.#findsRoom) this.#limit.abandonProbe();
  }
}
