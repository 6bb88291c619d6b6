/** An amount of something, requests or tokens, that may be spent over time. Times are milliseconds on the core's clock. */
export interface Allowance {
  /** Amount per minute, as services state it. */
  readonly perMinute: number;
  /** The most that can ever be spent at once. */
  readonly capacity: number;
  /** What may be spent now. */
  level(now: number): number;
  /** What may be spent now, and by how much what comes back later runs ahead of an even flow: all of a window may end at once. */
  atOnce(now: number): number;
  /** Milliseconds until nothing is missing any more, if nothing is spent. What comes in after that is lost. */
  msUntilFull(now: number): number;
  /** The first moment at which `amount` may be spent if nothing else is. An amount over the capacity counts as the capacity. */
  availableAt(now: number, amount: number): number;
  /** Spends, or with a negative amount gives back what was spent too much. Returns what is left. */
  spend(now: number, amount: number): number;
  /** The service has another limit than was thought. */
  setPerMinute(now: number, perMinute: number): void;
}

export const MINUTE_MS = 60_000;
