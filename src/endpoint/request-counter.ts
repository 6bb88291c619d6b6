import type { Fetch } from './fetch.ts';

/** Counts the requests to an endpoint: a failure without one is not the endpoint's. */
export class RequestCounter {
  #made = 0;

  get made(): number {
    return this.#made;
  }

  /** Wraps `fetch` so that its calls are counted. */
  counting(fetch: Fetch | undefined): Fetch {
    return (input, init) => {
      this.#made += 1;
      return (fetch ?? globalThis.fetch)(input, init);
    };
  }
}
