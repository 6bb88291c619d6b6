/** Failures of attempts in a row. */
export class FailureRow {
  #length = 0;
  /** When the first attempt of the row began, and how many whole answers have come since to attempts from before it. */
  #since: number | undefined;
  #lateAnswers = 0;
  #refusedSince: number | undefined;

  get length(): number {
    return this.#length;
  }

  /** Since when all of them, up to the last, are such as do not pass by themselves. */
  get refusedSince(): number | undefined {
    return this.#refusedSince;
  }

  /** @param refusedAt when it came, if it does not pass by itself. */
  add(startedAt: number, refusedAt: number | undefined): void {
    if (this.#length === 0) {
      this.#since = startedAt;
      this.#lateAnswers = 0;
    }
    this.#length += 1;
    this.#refusedSince = refusedAt === undefined ? undefined : (this.#refusedSince ?? refusedAt);
  }

  /** An attempt was answered. Answers to what began before the row do not end it, or an outage would be noticed late. */
  outlasts(startedAt: number): boolean {
    const isLate = this.#since !== undefined && startedAt < this.#since;
    if (isLate) this.#lateAnswers += 1;
    return isLate;
  }

  end(): void {
    this.#length = 0;
    this.#since = undefined;
    this.#refusedSince = undefined;
  }

  /** Where most of what ends is an answer, failures are only what comes first. */
  isOutage(threshold: number): boolean {
    return this.#length >= threshold && this.#length > this.#lateAnswers;
  }
}
