/** What a request is charged when it arrives: what its prompt looks like, and all that it may write. */
export interface Charge {
  readonly tokens: number;
}

/**
 * The quota of one deployment. The servers enforce it, and the oracle plans with the very same code.
 */
export interface Quota {
  /** When a request would be let in, if nothing else comes before: now, later, or never. */
  availableAt(atMs: number, charge: Charge): number;
  /** Lets a request in that {@link availableAt} says may come now. */
  admit(atMs: number, charge: Charge): void;
  /** A request was turned away. */
  reject(atMs: number): void;
  /** An answer is complete: says what it really took. */
  settle(atMs: number, charge: Charge, usedTokens: number): void;
  /** What every answer says about it. */
  headers(atMs: number): Readonly<Record<string, string>>;
  /** How a rejection names the time to come again. */
  rejectionHeaders(atMs: number, charge: Charge): Readonly<Record<string, string>>;
  /** Milliseconds until what is not used now begins to be lost: the oracle spends what perishes first. */
  perishesInMs(atMs: number): number;
}
