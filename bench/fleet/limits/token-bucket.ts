/** Fills continuously up to its capacity. Times are milliseconds and never go back. */
export class TokenBucket {
  readonly capacity: number;
  readonly #perMs: number;
  #level: number;
  #at = 0;

  /** @param capacity a minute's worth, unless it is given. */
  constructor(perMinute: number, capacity = perMinute) {
    this.capacity = capacity;
    this.#perMs = perMinute / 60_000;
    this.#level = capacity;
  }

  levelAt(atMs: number): number {
    const at = Math.max(atMs, this.#at);
    this.#level = Math.min(this.capacity, this.#level + (at - this.#at) * this.#perMs);
    this.#at = at;
    return this.#level;
  }

  take(atMs: number, amount: number): void {
    this.#level = Math.min(this.capacity, this.levelAt(atMs) - amount);
  }

  /** For what was rejected and is charged all the same: a bucket is emptied by it, but owes nothing. */
  drain(atMs: number, amount: number): void {
    this.#level = Math.max(Math.min(0, this.#level), this.levelAt(atMs) - amount);
  }

  /** When it holds so much, if nothing is taken until then. */
  availableAt(atMs: number, amount: number): number {
    if (amount > this.capacity) return Infinity;
    const missing = amount - this.levelAt(atMs);
    // A hair more than needed, so that rounding never says "now" to what will then be rejected.
    return missing <= 0 ? atMs : atMs + missing / this.#perMs + 1e-6;
  }

  fullAt(atMs: number): number {
    return atMs + (this.capacity - this.levelAt(atMs)) / this.#perMs;
  }
}
