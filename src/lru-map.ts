/** Entries that are looked at for one that is not in use: with thousands in use, all would take too long. */
const LOOKS = 8;

/** A map of a few entries: the one not used for longest goes first. Model ids may come from anywhere. */
export class LruMap<Key, Value> {
  readonly #capacity: number;
  readonly #isInUse: (value: Value) => boolean;
  readonly #entries = new Map<Key, Value>();

  /** @param isInUse what is in use stays, also when that is more than the capacity. */
  constructor(capacity: number, isInUse: (value: Value) => boolean = () => false) {
    this.#capacity = capacity;
    this.#isInUse = isInUse;
  }

  get(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    // A map keeps the order in which keys came: the first is the oldest.
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: Key, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    this.#forgetSome(key);
  }

  #forgetSome(newest: Key): void {
    let looks = LOOKS;
    for (const [key, value] of this.#entries) {
      if (this.#entries.size <= this.#capacity || looks === 0) return;
      looks -= 1;
      this.#entries.delete(key);
      // To the end, so that the next look begins with others.
      if (key === newest || this.#isInUse(value)) this.#entries.set(key, value);
    }
  }

  delete(key: Key): void {
    this.#entries.delete(key);
  }

  /** From the one that was not used for longest. */
  values(): IterableIterator<Value> {
    return this.#entries.values();
  }
}
