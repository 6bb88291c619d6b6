/** Rejections in a row after which another deployment is asked about the next one, at first and at the most. */
const FIRST_DOUBT = 3;
const LAST_DOUBT = 32;

/**
 * Tells a deployment that rejects everything from requests that are at fault. Where it has answered nothing for several rejections,
 * another deployment is asked about one of them: now and then only, and the less often the more of them have been confirmed.
 */
export class Rejections {
  #inARow = 0;
  #doubtsAt = FIRST_DOUBT;

  /** It has rejected a request. Returns whether another deployment is to be asked about it. */
  count(): boolean {
    this.#inARow += 1;
    if (this.#inARow < this.#doubtsAt) return false;
    this.#inARow = 0;
    return true;
  }

  /** It has answered. */
  answered(): void {
    this.#inARow = 0;
  }

  /** The other rejected it as well. */
  confirmed(): void {
    this.#doubtsAt = Math.min(this.#doubtsAt * 2, LAST_DOUBT);
  }

  /** The other answered it: from now on each of its rejections is doubted, until one is confirmed. */
  refuted(): void {
    this.#doubtsAt = 1;
  }
}
