import { type Allowance, MINUTE_MS } from './allowance.ts';
import type { StatedLimit } from './stated-limits.ts';
import { WindowEnd } from './window-end.ts';

/** Spendings closer together than this part of the window are remembered as one, so that memory is bounded. */
const RESOLUTION = 1 / 200;

/** What arrives at the service is spaced otherwise than what was sent: windows are kept longer by this part, and this time. */
const MARGIN = 1.005;
const JITTER_MS = 10;

/** Windows that are shorter than the longest, of which a rejection may show that the service judges by them. */
const SHORTER_WINDOWS_MS = [1_000, 2_000, 5_000];

/** An even flow is one by this part of the window. */
const EVEN_OVER = 1 / 10;

const capacityOf = (perMinute: number, windowMs: number): number =>
  Math.max(1, Math.floor(perMinute / (MINUTE_MS / windowMs)));

interface Spending {
  /** The moment from which it counts; the latest of those remembered together. */
  at: number;
  readonly since: number;
  amount: number;
}

/**
 * An allowance for any stretch of time of a certain length: how Azure judges requests (over 1 to 10 seconds) and tokens (by the
 * minute). Whatever the moment at which the service's own windows begin, none of them sees more than its share. Where answers
 * tell that moment, what was sent before it does not count after it.
 */
export class SlidingWindow implements Allowance {
  /** Spendings before the first that counts are kept for a while: a rejection may be heard long after its request was sent. */
  readonly #spendings: Spending[] = [];
  #first = 0;
  /** Whether it is of a whole minute, for which services state what is left. Shorter windows are part of one, and may be others. */
  readonly #isWholeMinute: boolean;
  #windowMs: number;
  #perMinute: number;
  #spent = 0;
  #end: WindowEnd;
  /** When room was last made by nothing but the end of a window. */
  #trustedAt: number | undefined;

  constructor(perMinute: number, windowMs: number) {
    this.#perMinute = perMinute;
    this.#windowMs = windowMs;
    this.#isWholeMinute = windowMs === MINUTE_MS;
    this.#end = new WindowEnd(windowMs);
  }

  get windowMs(): number {
    return this.#windowMs;
  }

  get perMinute(): number {
    return this.#perMinute;
  }

  /** Never less than one: the least quota still allows a request now and then. */
  get capacity(): number {
    return capacityOf(this.#perMinute, this.#windowMs);
  }

  level(now: number): number {
    this.#forget(now);
    return this.capacity - this.#spent;
  }

  burst(now: number): number {
    const level = this.level(now);
    let back = 0;
    let ahead = 0;
    for (let index = this.#first; index < this.#spendings.length; index += 1) {
      const { at, amount } = this.#spendings[index] as Spending;
      back += amount;
      ahead = Math.max(ahead, back - ((this.#endOf(at, now) - now) * this.#perMinute) / MINUTE_MS);
    }
    return level + ahead;
  }

  availableAt(now: number, amount: number): number {
    let lacking = Math.min(amount, this.capacity) - this.level(now);
    if (lacking <= 0) return now;
    let index = this.#first;
    for (; index < this.#spendings.length - 1; index += 1) {
      lacking -= this.#spendings[index]?.amount ?? 0;
      if (lacking <= 0) break;
    }
    return this.#endOf(this.#spendings[index]?.at ?? now, now);
  }

  evenAt(now: number): number {
    const lookMs = this.#windowMs * EVEN_OVER;
    let left = (this.#perMinute * lookMs) / MINUTE_MS;
    for (let index = this.#spendings.length - 1; index >= 0; index -= 1) {
      const { at, amount } = this.#spendings[index] as Spending;
      left -= amount;
      if (at + lookMs <= now) break;
      if (left <= 0) return at + lookMs;
    }
    return now;
  }

  spend(now: number, amount: number): number {
    if (amount < 0) return this.#giveBack(now, -amount);
    this.#spent += amount;
    const last = this.#spendings.at(-1);
    if (last !== undefined && this.#first < this.#spendings.length && now - last.since < this.#windowMs * RESOLUTION) {
      last.at = now;
      last.amount += amount;
    } else {
      this.#spendings.push({ at: now, since: now, amount });
    }
    return this.level(now);
  }

  /** Azure charges what is expected, and gives nothing back. */
  settle(now: number, spent: number, used: number): void {
    if (used > spent) this.spend(now, used - spent);
  }

  setPerMinute(_now: number, perMinute: number): void {
    this.#perMinute = perMinute;
  }

  /** Azure states what is left of its minute, and of its windows for requests the whole seconds until one ends. */
  learn(sentAt: number, { remaining, resetMs }: StatedLimit): number | undefined {
    if (this.#isWholeMinute) return remaining;
    if (resetMs !== undefined) this.#end.learn(sentAt, Math.ceil(resetMs / 1_000));
    return undefined;
  }

  /**
   * There seemed to be room: the service judges over a shorter time, if there is one that was overrun by the moment at which the
   * request was sent. It cannot be shorter than the time after which the service wants to be asked again.
   */
  rejected(_now: number, sentAt: number, retryAfterMs = 0): void {
    if (this.#isWholeMinute) return;
    // It was sent because a window seemed to have ended.
    if (this.#trustedAt !== undefined && sentAt >= this.#trustedAt && sentAt < this.#trustedAt + this.#windowMs) {
      this.#end.refute();
      return;
    }
    const overrun = SHORTER_WINDOWS_MS.find(
      (windowMs) =>
        windowMs >= retryAfterMs &&
        windowMs < this.#windowMs &&
        this.#spentBefore(sentAt, windowMs) > capacityOf(this.#perMinute, windowMs),
    );
    if (overrun === undefined) return;
    this.#windowMs = overrun;
    this.#end = new WindowEnd(overrun);
  }

  /** What is given back was never spent: it must not outlast what it is taken from. */
  #giveBack(now: number, amount: number): number {
    this.#forget(now);
    let left = amount;
    for (let index = this.#spendings.length - 1; index >= this.#first && left > 0; index -= 1) {
      const spending = this.#spendings[index] as Spending;
      const part = Math.min(spending.amount, left);
      spending.amount -= part;
      this.#spent -= part;
      left -= part;
    }
    return this.level(now);
  }

  #spentBefore(sentAt: number, windowMs: number): number {
    return this.#spendings.reduce(
      (sum, { at, since, amount }) => (at > sentAt - windowMs && since <= sentAt ? sum + amount : sum),
      0,
    );
  }

  get #keptMs(): number {
    return this.#windowMs * MARGIN + JITTER_MS;
  }

  /** Until when a spending counts. */
  #endOf(spentAt: number, now: number): number {
    const endsAt = spentAt + this.#keptMs;
    return Math.min(endsAt, this.#end.nextAt(now) ?? endsAt);
  }

  #forget(now: number): void {
    const keptMs = this.#keptMs;
    for (let spending = this.#spendings[this.#first]; spending !== undefined;) {
      const isPast = spending.at + keptMs <= now;
      if (!isPast && !this.#end.isPast(spending.at, now)) break;
      if (!isPast) this.#trustedAt = now;
      this.#spent -= spending.amount;
      this.#first += 1;
      spending = this.#spendings[this.#first];
    }
    // Sums of fractions leave a rest, and a call for all of a window would wait for it for ever.
    if (this.#first === this.#spendings.length) this.#spent = 0;
    if (this.#first > 64 && this.#first * 2 > this.#spendings.length) {
      this.#spendings.splice(0, this.#first);
      this.#first = 0;
    }
  }
}
