/** Milliseconds in which an old figure loses most (63 %) of its weight, against newer ones and against none. */
const FADE_MS = 10_000;

/**
 * A moving average that follows a rise at once and a fall slowly, and fades when nothing new comes, so that what was slow is
 * tried again. Finagle calls it peak EWMA.
 */
export class PeakEwma {
  #value = 0;
  #updatedAt = 0;

  record(now: number, durationMs: number): void {
    const weight = this.#weight(now);
    this.#value = durationMs > this.#value * weight ? durationMs : this.#value * weight + durationMs * (1 - weight);
    this.#updatedAt = now;
  }

  /** Milliseconds; 0 before anything is known. */
  at(now: number): number {
    return this.#value * this.#weight(now);
  }

  #weight(now: number): number {
    return Math.exp(-(now - this.#updatedAt) / FADE_MS);
  }
}
