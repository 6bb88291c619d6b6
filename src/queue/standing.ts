/** Shares of the time that calls have: a wait that is long, and how long a line with such waits is watched. */
const LONG_WAIT = 1 / 4;
const WATCHED = 1 / 8;

/**
 * Whether a line of calls stands: more come than are served, so that it will not be empty in the time that calls have. First come,
 * first served would then serve each call at the end of its time. A line that has been long and drains does not stand.
 *
 * The idea is that of "Fail at Scale" (Maurer, ACM Queue 13 (8), 2015): newest first while a queue stands.
 */
export class Standing {
  /** Until the line has been empty, which is its end. */
  isStanding = false;
  #watched: { readonly since: number; readonly calls: number } | undefined;

  /**
   * A call of the line was served, which was the oldest.
   *
   * @param calls those that wait on.
   * @param limitMs the time that calls have.
   */
  served(now: number, waitedMs: number, calls: number, limitMs: number): void {
    if (waitedMs < limitMs * LONG_WAIT) {
      this.#watched = undefined;
      return;
    }
    this.#watched ??= { since: now, calls };
    const { since, calls: before } = this.#watched;
    const elapsedMs = now - since;
    if (elapsedMs < limitMs * WATCHED) return;
    this.isStanding = calls * elapsedMs > (before - calls) * limitMs;
    this.#watched = { since: now, calls };
  }
}
