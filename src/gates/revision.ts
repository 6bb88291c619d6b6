/**
 * Counts changes of health anywhere in a fleet. Rings compare it with what they last saw, so that picking among healthy
 * deployments looks at none of them.
 */
export class Revision {
  count = 0;
  readonly #listeners = new Set<() => void>();

  changed(): void {
    this.count += 1;
    this.moreRoom();
  }

  /** Somebody who is available anyway has more room than before: news only for those who wait for more than there was. */
  moreRoom(): void {
    if (this.#listeners.size === 0) return;
    for (const listener of this.#listeners) listener();
  }

  /** Returns how to stop listening. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
