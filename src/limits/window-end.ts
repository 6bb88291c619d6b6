/** What is named in whole seconds is named up to a second too late. */
const SECOND_MS = 1_000;

/** Requests of a burst arrive one after the other: what was sent so shortly before an end may count after it. */
const ARRIVAL_MS = 250;

/**
 * When a service's windows end, out of the seconds that its answers name until then. Times are those at which requests are sent,
 * so that the way to the service cancels out.
 *
 * It is a belief. Answers that do not fit together end it until the next: a process that was busy sends late. A request that is turned away
 * because of it ends it for good.
 */
export class WindowEnd {
  readonly #windowMs: number;
  /** An end is after this, and at most a second after it; the others are whole windows away. */
  #after: number | undefined;
  #isRefuted = false;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** An answer to what was sent then says that the window ends in so many seconds. */
  learn(sentAt: number, seconds: number): void {
    // What names a longer time than the window does not speak of it, and of windows of a second nothing can be known.
    if (this.#isRefuted || this.#windowMs <= SECOND_MS || seconds * SECOND_MS > this.#windowMs) return;
    const after = sentAt + (seconds - 1) * SECOND_MS;
    const known = this.#after ?? after;
    const sameEnd = known + Math.round((after - known) / this.#windowMs) * this.#windowMs;
    if (Math.abs(after - sameEnd) > SECOND_MS + ARRIVAL_MS) this.#after = undefined;
    else this.#after = Math.max(after, sameEnd);
  }

  refute(): void {
    this.#isRefuted = true;
    this.#after = undefined;
  }

  /** The first moment after `now` by which a window has certainly ended; `undefined` when none is known. */
  nextAt(now: number): number | undefined {
    const last = this.#lastAt(now);
    return last === undefined ? undefined : last + this.#windowMs;
  }

  /** Whether what was sent then belongs to a window that has ended by `now`. */
  isPast(sentAt: number, now: number): boolean {
    const last = this.#lastAt(now);
    return last !== undefined && sentAt <= last - SECOND_MS - ARRIVAL_MS;
  }

  #lastAt(now: number): number | undefined {
    if (this.#after === undefined) return undefined;
    const end = this.#after + SECOND_MS;
    return end + Math.floor((now - end) / this.#windowMs) * this.#windowMs;
  }
}
