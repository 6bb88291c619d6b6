/** How many answers are remembered, and how few are too few to tell. */
const REMEMBERED = 128;
const TOO_FEW = 20;

/** How long a ring usually takes to say something, from its last answers. */
export class ResponseTimes {
  readonly #recent: number[] = [];
  #next = 0;
  #p95: number | undefined;

  record(durationMs: number): void {
    this.#recent[this.#next] = durationMs;
    this.#next = (this.#next + 1) % REMEMBERED;
    this.#p95 = undefined;
  }

  /** Milliseconds within which 95 of 100 answers came, or `undefined` before there are enough to tell. */
  get p95Ms(): number | undefined {
    if (this.#recent.length < TOO_FEW) return undefined;
    this.#p95 ??= this.#recent.toSorted((a, b) => a - b)[Math.floor(this.#recent.length * 0.95)];
    return this.#p95;
  }
}
