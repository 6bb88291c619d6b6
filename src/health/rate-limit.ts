import type { Clock } from '../clock.ts';
import type { ChangeCounter } from './change-counter.ts';
import { Cooldown } from './cooldown.ts';

/** First wait after a rejection that names no time, and the longest. OpenAI's cookbook and SDKs start at about a second. */
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;

/** The time before which a deployment takes no calls. Not a failure: it works. */
export class RateLimit {
  readonly cooldown: Cooldown;
  readonly #clock: Clock;
  #rejectionsInARow = 0;

  constructor(clock: Clock, changes: ChangeCounter) {
    this.#clock = clock;
    this.cooldown = new Cooldown(changes);
  }

  /** An attempt was not rejected. */
  pass(isProbe: boolean): void {
    // An older attempt's answer does not lift a limit that was named since.
    if (!isProbe && this.cooldown.state.state !== 'closed') return;
    this.#rejectionsInARow = 0;
    this.cooldown.open();
  }

  /** An attempt was rejected. Returns the milliseconds until the next may start. */
  reject(retryAfterMs: number | undefined, isProbe: boolean): number {
    const isNew = isProbe || this.cooldown.state.state === 'closed';
    // Calls that were under way together are one rejection.
    if (isNew) this.#rejectionsInARow += 1;
    const waitMs = retryAfterMs ?? this.#backoffMs();
    this.cooldown.shut(this.#clock.now() + waitMs);
    return waitMs;
  }

  #backoffMs(): number {
    const backoffMs = FIRST_BACKOFF_MS * 2 ** (Math.max(1, this.#rejectionsInARow) - 1);
    return Math.min(backoffMs * (1 + this.#clock.random()), LONGEST_BACKOFF_MS);
  }
}
