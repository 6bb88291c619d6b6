import type { StatedLimit } from './stated-limits.ts';

/**
 * An amount of requests or tokens that may be spent over time. Each kind reads for itself what answers and rejections say of it.
 * Times are milliseconds on the core's clock.
 */
export interface Allowance {
  /** Amount per minute, as services state it. */
  readonly perMinute: number;
  /** The most that can ever be spent at once. */
  readonly capacity: number;
  /** The stretch of time over which the service counts; `undefined` where it refills continuously. */
  readonly windowMs: number | undefined;
  /** What may be spent now. */
  level(now: number): number;
  /** What may be spent now, and by how much what comes back later runs ahead of an even flow: all of a window may end at once. */
  burst(now: number): number;
  /** The first moment at which `amount` may be spent if nothing else is. An amount over the capacity counts as the capacity. */
  availableAt(now: number, amount: number): number;
  /** Until when what was spent lately runs ahead of an even flow; not after `now` when it does not. */
  evenAt(now: number): number;
  /** Spends, or with a negative amount gives back what was spent too much. Returns what is left. */
  spend(now: number, amount: number): number;
  /** What was spent for a request turns out to be another amount, as far as the service counts that. */
  settle(now: number, spent: number, used: number): void;
  /** The service has another limit than was thought. */
  setPerMinute(now: number, perMinute: number): void;
  /**
   * Learns from the answer to a request that was sent at `sentAt`. Returns how much was left when the request arrived, if the answer
   * says it.
   */
  learn(sentAt: number, stated: StatedLimit): number | undefined;
  /** A request that was sent at `sentAt` was rejected for its rate. */
  rejected(now: number, sentAt: number, retryAfterMs: number | undefined): void;
}

export const MINUTE_MS = 60_000;
