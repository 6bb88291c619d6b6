/**
 * Counts changes of what is available anywhere in a fleet. Rings compare it with the count at their last look, so that a pick among
 * healthy deployments looks at no gate.
 */
export class Revision {
  count = 0;
  readonly #listeners = new Set<() => void>();

  /** A gate has opened or closed, or stands on another limit. */
  bump(): void {
    this.count += 1;
    this.capacityFreed();
  }

  /** A deployment that is available anyway has more room than before: news only for calls that wait for more than there was. */
  capacityFreed(): void {
    if (this.#listeners.size === 0) return;
    for (const listener of this.#listeners) listener();
  }

  /** Returns how to stop listening. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
