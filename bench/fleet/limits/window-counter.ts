/** Counts within windows of fixed length that follow one another; what is left of one is lost with it. */
export class WindowCounter {
  readonly allowance: number;
  readonly lengthMs: number;
  /** Windows of different deployments do not begin together. */
  readonly #phaseMs: number;
  #window = -Infinity;
  #used = 0;

  constructor(allowance: number, lengthMs: number, phaseMs: number) {
    this.allowance = allowance;
    this.lengthMs = lengthMs;
    this.#phaseMs = phaseMs % lengthMs;
  }

  leftAt(atMs: number): number {
    const window = Math.floor((atMs + this.#phaseMs) / this.lengthMs);
    if (window > this.#window) {
      this.#window = window;
      this.#used = 0;
    }
    return this.allowance - this.#used;
  }

  take(atMs: number, amount: number): void {
    this.leftAt(atMs);
    this.#used += amount;
  }

  endsAt(atMs: number): number {
    return (Math.floor((atMs + this.#phaseMs) / this.lengthMs) + 1) * this.lengthMs - this.#phaseMs;
  }

  /** When it has so much left, if nothing is taken until then. */
  availableAt(atMs: number, amount: number): number {
    if (amount > this.allowance) return Infinity;
    return this.leftAt(atMs) >= amount ? atMs : this.endsAt(atMs);
  }
}
