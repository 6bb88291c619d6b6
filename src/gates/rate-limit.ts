import type { Clock } from '../clock.ts';
import type { Revision } from './revision.ts';
import { Cooldown } from './cooldown.ts';

/** First wait after a rejection that names no time, and the longest. OpenAI's cookbook and SDKs start at about a second. */
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;
/** Shortest wait after a first rejection, whatever time it named. */
const FIRST_FLOOR_MS = 10;

/** The time before which a deployment takes no calls. Not a failure: it works. */
export class RateLimit {
  readonly cooldown: Cooldown;
  readonly #maxRateLimitMs: number;
  readonly #clock: Clock;
  #rejectionsInARow = 0;

  constructor(clock: Clock, changes: Revision, maxRateLimitMs: number) {
    this.#maxRateLimitMs = maxRateLimitMs;
    this.#clock = clock;
    this.cooldown = new Cooldown(changes);
  }

  /**
   * An attempt starts. Returns whether it is a probe. None is needed where limits are known: they pace what comes after the
   * time that was named, and waiting for the probe's whole answer would leave quota unspent.
   */
  enter(isPaced: boolean): boolean {
    if (!this.cooldown.enter()) return false;
    if (isPaced) this.cooldown.open();
    return !isPaced;
  }

  /** An attempt was not rejected. */
  pass(isProbe: boolean): void {
    // An older attempt's answer does not lift a limit that was named since.
    if (isProbe ? this.cooldown.open() : this.cooldown.state.state === 'closed') this.#rejectionsInARow = 0;
  }

  /** An attempt was rejected. Returns the milliseconds until the next may start. */
  reject(retryAfterMs: number | undefined, isProbe: boolean): number {
    const isNew = isProbe || this.cooldown.state.state === 'closed';
    // Calls that were under way together are one rejection.
    if (isNew) this.#rejectionsInARow += 1;
    const waitMs = Math.min(Math.max(retryAfterMs ?? this.#backoffMs(), this.#floorMs()), this.#maxRateLimitMs);
    this.cooldown.shut(this.#clock.now() + waitMs, isProbe);
    return waitMs;
  }

  /** A service that says "now" again and again is not to be asked again and again. */
  #floorMs(): number {
    return Math.min(FIRST_FLOOR_MS * 2 ** (Math.max(1, this.#rejectionsInARow) - 1), FIRST_BACKOFF_MS);
  }

  #backoffMs(): number {
    const backoffMs = FIRST_BACKOFF_MS * 2 ** (Math.max(1, this.#rejectionsInARow) - 1);
    return Math.min(backoffMs * (1 + this.#clock.random()), LONGEST_BACKOFF_MS);
  }
}
