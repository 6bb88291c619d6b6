import type { UnavailableReason } from '../failure/failure.ts';
import type { Closing, Gate } from './gate.ts';
import type { Opening } from './opening.ts';
import type { Revision } from './revision.ts';

/** Where a refusal has been heard, as many attempts are admitted in a row before the gate is wide open again. */
const WIDE_OPEN = 32;

/**
 * What other processes have taken: closed until the time at which their common state is worth another question. Then one attempt
 * asks, and after each that is admitted twice as many may at once: a place that comes free does not draw all calls that wait.
 */
export class OtherProcesses implements Gate {
  readonly #revision: Revision;
  #closing: Closing = { reason: 'limits' };
  #until = 0;
  /** Attempts that may ask at once; `undefined` for any number. */
  #most: number | undefined;
  #asking = 0;

  constructor(revision: Revision) {
    this.#revision = revision;
  }

  get closing(): Closing {
    return this.#closing;
  }

  opens(now: number): Opening {
    if (this.#until > now) return this.#until;
    return this.#most !== undefined && this.#asking >= this.#most ? 'on-event' : 'now';
  }

  /** The attempt has to ask, and tell the answer to one of the methods below. */
  enter(): undefined {
    this.#asking += 1;
    if (this.#most !== undefined && this.#asking >= this.#most) this.#revision.bump();
  }

  /** It was admitted, or needs no answer. */
  admitted(): void {
    this.#asking -= 1;
    if (this.#most === undefined) return;
    this.#most = this.#most >= WIDE_OPEN ? undefined : this.#most * 2;
    this.#revision.bump();
  }

  refused(reason: UnavailableReason, now: number, until: number): void {
    this.#asking -= 1;
    this.#most = 1;
    this.#closing = { reason, since: now };
    this.#until = until;
    this.#revision.bump();
  }

  reset(): void {
    this.#until = 0;
    this.#most = undefined;
    this.#revision.bump();
  }
}
