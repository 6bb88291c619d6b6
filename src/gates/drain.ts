import type { Closing, Gate, Pass } from './gate.ts';
import type { Opening } from './opening.ts';
import type { Revision } from './revision.ts';

/** Closed by hand, with `drain()`: an endpoint gets no new calls, and keeps those under way. */
export class Drain implements Gate, Pass {
  /** What has stored what a call goes on from is asked all the same: there is no content to replace it. */
  readonly admitsPinned = true;
  readonly #revision: Revision;
  /** Since when it is closed, if it is. */
  #since: number | undefined;
  #inFlight = 0;
  #onEmpty: (() => void)[] = [];

  constructor(revision: Revision) {
    this.#revision = revision;
  }

  get isDrained(): boolean {
    return this.#since !== undefined;
  }

  /** Closes at once. The promise resolves when what is under way has ended, or when the gate is opened again before that. */
  close(now: number): Promise<void> {
    if (!this.isDrained) {
      this.#since = now;
      this.#revision.bump();
    }
    if (this.#inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onEmpty.push(resolve);
    });
  }

  open(): void {
    if (!this.isDrained) return;
    this.#since = undefined;
    this.#tellEmpty();
    this.#revision.bump();
  }

  get closing(): Closing {
    return { reason: 'drained', since: this.#since };
  }

  opens(): Opening {
    return this.isDrained ? 'by-hand' : 'now';
  }

  enter(): Pass {
    this.#inFlight += 1;
    return this;
  }

  settle(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.#tellEmpty();
  }

  #tellEmpty(): void {
    for (const resolve of this.#onEmpty.splice(0)) resolve();
  }
}
