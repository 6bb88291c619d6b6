import type { Closing, Gate, Pass } from './gate.ts';
import type { Opening } from './opening.ts';
import type { Revision } from './revision.ts';

/** Counts the attempts under way at a deployment, and lets no more through than there may be. */
export class Concurrency implements Gate, Pass {
  /** Attempts that may be under way at once; `undefined` for any number. */
  readonly max: number | undefined;
  readonly #revision: Revision;
  #inFlight = 0;
  #processes = 1;
  /** When the last attempt came that it has room for. */
  #fullSince: number | undefined;

  constructor(max: number | undefined, revision: Revision) {
    this.max = max;
    this.#revision = revision;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get closing(): Closing {
    return { reason: 'maxConcurrency', since: this.#fullSince };
  }

  opens(): Opening {
    return this.#isFull ? 'on-event' : 'now';
  }

  enter(now: number): Pass {
    const wasFull = this.#isFull;
    this.#inFlight += 1;
    if (this.#isFull) {
      if (!wasFull) this.#fullSince = now;
      this.#revision.bump();
    }
    return this;
  }

  settle(): void {
    const wasFull = this.#isFull;
    this.#inFlight -= 1;
    if (wasFull) this.#revision.bump();
  }

  /** So many processes send attempts there, and do not know of each other: each has its part of the limit, and one at the least. */
  divide(processes: number): void {
    this.#processes = processes;
    this.#revision.bump();
  }

  get #isFull(): boolean {
    return this.max !== undefined && this.#inFlight >= Math.max(1, Math.floor(this.max / this.#processes));
  }
}
