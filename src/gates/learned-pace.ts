import { type Opening, opensAt } from './opening.ts';
import { PaceTrial } from './pace-trial.ts';

/** What was let through is remembered for about so long. */
const SECOND_MS = 1_000;

/** The pace doubles within so many times the time that a rejection costs, and that time is at most a minute. */
const WAITS_TO_DOUBLE = 20;
const LONGEST_TO_DOUBLE_MS = 60_000;

interface Pace {
  readonly perSecond: number;
  readonly since: number;
  readonly doublesInMs: number;
  /** What may start at once, and when that was so. */
  level: number;
  at: number;
}

/**
 * What a service whose limits are not known takes within a second, learned from what it has rejected and what it has not. After a
 * rejection as much is let through as before, and slowly more: at first hardly any more, then ever faster, as the cubic growth of
 * TCP windows has it (RFC 9438).
 */
export class LearnedPace {
  /** Attempts of the last second that were not rejected, fading out. Time in which none starts does not count. */
  #taken = 0;
  #takenAt = 0;
  #pace: Pace | undefined;
  readonly #trial = new PaceTrial();

  get isKnown(): boolean {
    return this.#pace !== undefined;
  }

  opens(now: number): Opening {
    const pace = this.#pace;
    if (pace === undefined) return 'now';
    const lacking = 1 - this.#fill(pace, now);
    return lacking <= 0 ? 'now' : opensAt(now + (lacking * SECOND_MS) / rateOf(pace, now), now);
  }

  /** An attempt starts. Returns whether the next one has to wait. */
  enter(now: number): boolean {
    this.#taken = this.#taken * Math.exp((this.#takenAt - now) / SECOND_MS) + 1;
    this.#takenAt = now;
    this.#trial.started();
    const pace = this.#pace;
    if (pace === undefined) return false;
    pace.level = this.#fill(pace, now) - 1;
    return pace.level < 1;
  }

  reject(): void {
    this.#taken = Math.max(0, this.#taken - 1);
    this.#trial.rejected();
  }

  /** The time that a rejection has cost is over. Returns whether calls go on, and not a probe alone. */
  resume(now: number, waitMs: number): boolean {
    this.#pace = undefined;
    if (this.#taken < 1) return false;
    if (!this.#trial.isPaced(now)) return true;
    const doublesInMs = Math.min(WAITS_TO_DOUBLE * waitMs, LONGEST_TO_DOUBLE_MS);
    this.#pace = { perSecond: this.#taken, since: now, doublesInMs, level: 1, at: now };
    return true;
  }

  reset(): void {
    this.#taken = 0;
    this.#pace = undefined;
    this.#trial.reset();
  }

  #fill(pace: Pace, now: number): number {
    if (now - pace.since > 2 * pace.doublesInMs) {
      this.#pace = undefined;
      return 1;
    }
    pace.level = Math.min(Math.max(1, pace.perSecond), pace.level + ((now - pace.at) * rateOf(pace, now)) / SECOND_MS);
    pace.at = now;
    return pace.level;
  }
}

const rateOf = ({ perSecond, since, doublesInMs }: Pace, now: number): number =>
  perSecond * (1 + ((now - since) / doublesInMs) ** 3);
