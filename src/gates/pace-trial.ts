/** Rejections after which it is seen how many are taken for each, with the pace and without it. */
const WITH_PACE = 6;
const WITHOUT = 4;
/** A pace that makes rejections so many times as rare is worth what it holds back. That is looked at again after a minute. */
const RARER = 1.5;
const DECIDED_MS = 60_000;

interface Count {
  attempts: number;
  rejections: number;
}

const none = (): Count => ({ attempts: 0, rejections: 0 });
const takenForEach = ({ attempts, rejections }: Count): number => (attempts - rejections) / rejections;

/**
 * Whether a pace makes rejections rarer. Those of a service whose limit others use up come at any pace: each would lower it
 * further, and calls would wait for nothing.
 */
export class PaceTrial {
  /** `undefined` before the first rejection, which no pace has had a part in. */
  #isPaced: boolean | undefined;
  #paced = none();
  #free = none();
  #decidedUntil: number | undefined;

  started(): void {
    if (this.#current !== undefined) this.#current.attempts += 1;
  }

  rejected(): void {
    if (this.#current !== undefined) this.#current.rejections += 1;
  }

  /** The time that a rejection has cost is over. Returns whether there is to be a pace from now on. */
  isPaced(now: number): boolean {
    if (this.#decidedUntil !== undefined && now >= this.#decidedUntil) this.reset();
    if (this.#isPaced === undefined) this.#isPaced = true;
    else if (this.#decidedUntil !== undefined) return this.#isPaced;
    else if (this.#isPaced) this.#isPaced = this.#paced.rejections < WITH_PACE;
    else if (this.#free.rejections >= WITHOUT) {
      this.#isPaced = takenForEach(this.#paced) >= RARER * takenForEach(this.#free);
      this.#decidedUntil = now + DECIDED_MS;
    }
    return this.#isPaced;
  }

  reset(): void {
    this.#isPaced = undefined;
    this.#paced = none();
    this.#free = none();
    this.#decidedUntil = undefined;
  }

  get #current(): Count | undefined {
    if (this.#isPaced === undefined) return undefined;
    return this.#isPaced ? this.#paced : this.#free;
  }
}
