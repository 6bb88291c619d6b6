import { type Allowance, MINUTE_MS } from './allowance.ts';
import type { StatedLimit } from './stated-limits.ts';

/**
 * Requests do not arrive as evenly as they are sent. A full bucket begins to refill when its first request arrives, which counts as so
 * much later than it was sent: a later request that is quicker on its way is not too early then.
 */
const ARRIVAL_MS = 100;

/**
 * An allowance that refills continuously and holds a minute's worth, or less where answers show it: how OpenAI limits requests
 * and tokens (its rate-limit guide; `x-ratelimit-reset-*` tells when the bucket is full).
 */
export class TokenBucket implements Allowance {
  readonly windowMs = undefined;
  #perMinute: number;
  /** What it holds when it is full, and the most that has been left of it, as far as answers have shown. */
  #holds: number | undefined;
  #mostLeft = 1;
  #level: number;
  /** Until when it has been refilled. */
  #filledAt: number;

  constructor(perMinute: number, now: number) {
    this.#perMinute = perMinute;
    this.#level = perMinute;
    this.#filledAt = now;
  }

  get perMinute(): number {
    return this.#perMinute;
  }

  get capacity(): number {
    return Math.min(this.#perMinute, this.#holds ?? this.#perMinute);
  }

  level(now: number): number {
    const sinceMs = now - this.#filledAt;
    if (sinceMs > 0) {
      this.#level = Math.min(this.capacity, this.#level + (sinceMs * this.#perMinute) / MINUTE_MS);
      this.#filledAt = now;
    }
    return this.#level;
  }

  burst(now: number): number {
    return this.level(now);
  }

  availableAt(now: number, amount: number): number {
    const lacking = Math.min(amount, this.capacity) - this.level(now);
    return lacking <= 0 ? now : this.#filledAt + (lacking * MINUTE_MS) / this.#perMinute;
  }

  /** What comes in is even by itself. */
  evenAt(now: number): number {
    return now;
  }

  spend(now: number, amount: number): number {
    const level = this.level(now);
    if (level === this.capacity) this.#filledAt = now + ARRIVAL_MS;
    return this.#setLevel(level - amount);
  }

  settle(now: number, spent: number, used: number): void {
    this.spend(now, used - spent);
  }

  setPerMinute(now: number, perMinute: number): void {
    const spent = this.capacity - this.level(now);
    this.#perMinute = perMinute;
    this.#setLevel(perMinute - spent);
  }

  /** What is left, and what comes in until it is full, is what it holds: but no less than has been seen. */
  learn(_sentAt: number, { perMinute = this.#perMinute, remaining, resetMs }: StatedLimit): number | undefined {
    if (remaining === undefined) return undefined;
    this.#mostLeft = Math.max(this.#mostLeft, remaining);
    if (resetMs !== undefined) this.#holds = Math.max(this.#mostLeft, remaining + (resetMs * perMinute) / MINUTE_MS);
    return remaining;
  }

  /** The time that a service names counts, and not what our own count makes of its limits: gives back what lacks for one by then. */
  rejected(now: number, _sentAt: number, retryAfterMs: number | undefined): void {
    if (retryAfterMs === undefined) return;
    const lateMs = this.availableAt(now, 1) - (now + retryAfterMs);
    if (lateMs > 0) this.spend(now, (-lateMs * this.#perMinute) / MINUTE_MS);
  }

  /** Owes no more than comes in within a minute, however much was spent of a limit that has fallen since. */
  #setLevel(level: number): number {
    this.#level = Math.max(-this.#perMinute, Math.min(this.capacity, level));
    return this.#level;
  }
}
