/** Averages are over about so many calls. */
const CALLS = 20;
/** A smaller share of calls that leave says nothing of the others. */
const MANY = 0.1;

/** How long calls of a ring wait before their callers end them. A signal does not say when it will abort. */
export class Patience {
  #share = 0;
  #averageMs = 0;

  /** The patience of callers, where enough of them have lost it. */
  get limitMs(): number | undefined {
    return this.#share > MANY ? this.#averageMs : undefined;
  }

  served(): void {
    this.#share -= this.#share / CALLS;
  }

  /** A call was ended while it waited. */
  left(waitedMs: number): void {
    this.#averageMs = this.#averageMs === 0 ? waitedMs : this.#averageMs + (waitedMs - this.#averageMs) / CALLS;
    this.#share += (1 - this.#share) / CALLS;
  }
}
