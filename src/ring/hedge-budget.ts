/** Calls over which the share of extra attempts is kept. */
const WINDOW = 1_000;

/**
 * The part of the share that is kept for attempts that are silent for so many times as long as is unusual: most of the others
 * are answered a moment later, and would use up what the few that hang need.
 */
const KEPT = 0.5;
const LONG = 1.5;

/** Keeps extra attempts below a share of all calls of a ring, over the last thousand. Each ring has its own idea of what is slow. */
export class HedgeBudget {
  readonly #maxExtra: number;
  /** Extra attempts of each of the last calls, as a ring buffer. */
  readonly #extras = new Uint16Array(WINDOW);
  #calls = 0;
  #extra = 0;

  constructor(maxExtra: number) {
    this.#maxExtra = maxExtra;
  }

  begin(): void {
    const place = this.#calls % WINDOW;
    this.#extra -= this.#extras[place] ?? 0;
    this.#extras[place] = 0;
    this.#calls += 1;
  }

  /** Whether there may be an extra attempt now beside one that has been silent for so many times as long as is unusual. */
  affords(times: number): boolean {
    const share = this.#maxExtra * Math.min(this.#calls, WINDOW);
    return this.#extra + 1 <= (times < LONG ? Math.min(share, Math.ceil(share * (1 - KEPT))) : share);
  }

  take(): void {
    const place = (this.#calls - 1) % WINDOW;
    this.#extras[place] = (this.#extras[place] ?? 0) + 1;
    this.#extra += 1;
  }
}
