import { type Allowance, MINUTE_MS } from './allowance.ts';
import type { StatedLimit } from './stated-limits.ts';

/** What was known of one limit right after an attempt had reserved: to compare with what the service says it was. */
export interface Known {
  /** `undefined` where no limit was known. */
  readonly left: number | undefined;
  /** What others had reserved and not settled by then: the service may not have seen it yet. */
  readonly unseen: number;
  /** How far it had been put right by then. */
  readonly corrected: number;
}

/** One limit, of requests or of tokens: who set it, and how far our own count of it had to be put right. */
export class Meter {
  /** `undefined` while no limit is known. */
  allowance: Allowance | undefined;
  readonly #configured: number | undefined;
  readonly #make: (perMinute: number, now: number) => Allowance;
  #corrected = 0;

  constructor(configured: number | undefined, now: number, make: (perMinute: number, now: number) => Allowance) {
    this.#configured = configured;
    this.#make = make;
    if (configured !== undefined) this.allowance = make(configured, now);
  }

  /** What is known of it, beside what is left after a spending. */
  known(left: number | undefined, unseen: number): Known {
    return { left, unseen, corrected: this.#corrected };
  }

  /**
   * The service states its limit: the lower of that and the configured one counts.
   *
   * @param statesLeft whether what it says is left is left of the same.
   * @returns whether it is another than before.
   */
  learn({ perMinute, remaining }: StatedLimit, now: number, statesLeft: boolean): boolean {
    if (perMinute === undefined) return false;
    const lower = Math.min(perMinute, this.#configured ?? Infinity);
    if (this.allowance === undefined) {
      this.allowance = this.#make(lower, now);
      if (remaining !== undefined && statesLeft) this.allowance.spend(now, Math.max(0, lower - remaining));
      return true;
    }
    if (this.allowance.perMinute === lower) return false;
    this.allowance.setPerMinute(now, lower);
    return true;
  }

  /**
   * Puts our count right where the service's differs: others spend from the same quota, or it counts otherwise.
   *
   * Its figure is from when the attempt arrived, so it is compared with ours from then, less what has been corrected since;
   * answers under way together would otherwise all correct the same. What it had not seen yet explains a surplus.
   *
   * @returns how much more there is than was thought; negative when there is less.
   */
  correct({ remaining }: StatedLimit, now: number, { left, unseen, corrected }: Known): number {
    if (remaining === undefined || left === undefined) return 0;
    const expected = Math.max(0, left) - (this.#corrected - corrected);
    const missing = expected - remaining;
    const surplus = remaining - (expected + unseen);
    return this.#takeOff(now, missing > 0 ? missing : surplus > 0 ? -surplus : 0);
  }

  /** The same where nothing is known of then but when it was: there cannot be more now than was left, and what came in since. */
  cap({ remaining }: StatedLimit, now: number, sentAt: number): number {
    const { allowance } = this;
    if (allowance === undefined || remaining === undefined) return 0;
    const most = remaining + (allowance.perMinute * (now - sentAt)) / MINUTE_MS;
    return this.#takeOff(now, Math.max(0, allowance.level(now) - most));
  }

  #takeOff(now: number, difference: number): number {
    if (this.allowance === undefined || difference === 0) return 0;
    this.allowance.spend(now, difference);
    this.#corrected += difference;
    return -difference;
  }
}
