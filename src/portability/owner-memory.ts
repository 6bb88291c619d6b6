/** References of which the owner is remembered. At some 150 bytes each that is less than a megabyte. */
const REMEMBERED = 5_000;

/**
 * Which endpoint stored what: response, conversation and container ids that this provider has seen. The least recently
 * used is forgotten first.
 */
export class OwnerMemory {
  // A Map keeps its keys in the order of insertion.
  readonly #owners = new Map<string, string>();
  readonly #capacity: number;

  constructor(capacity: number = REMEMBERED) {
    this.#capacity = capacity;
  }

  /** Mark of the endpoint that owns an id. */
  ownerOf(id: string): string | undefined {
    const owner = this.#owners.get(id);
    if (owner !== undefined) this.remember(id, owner);
    return owner;
  }

  remember(id: string, owner: string): void {
    this.#owners.delete(id);
    this.#owners.set(id, owner);
    if (this.#owners.size <= this.#capacity) return;
    for (const oldest of this.#owners.keys()) {
      this.#owners.delete(oldest);
      return;
    }
  }
}
