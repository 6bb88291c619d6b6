/** An amount of something, requests or tokens, that may be spent over time. Times are milliseconds on the core's clock. */
export interface Allowance {
  /** Amount per minute, as services state it. */
  readonly perMinute: number;
  /** The most that can ever be spent at once. */
  readonly capacity: number;
  /** What may be spent now. */
  level(now: number): number;
  /** The first moment at which `amount` may be spent if nothing else is. An amount over the capacity counts as the capacity. */
  availableAt(now: number, amount: number): number;
  /** Spends, or with a negative amount gives back what was spent too much. */
  spend(now: number, amount: number): void;
  /** The service has another limit than was thought. */
  setPerMinute(now: number, perMinute: number): void;
}

export const MINUTE_MS = 60_000;
