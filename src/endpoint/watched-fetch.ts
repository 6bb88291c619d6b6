type Fetch = typeof globalThis.fetch;

const failures = new WeakSet();

/**
 * Wraps `fetch` so that its failures are known as such: a `TypeError` of the network and one of a caller's value that cannot be
 * written as JSON look alike otherwise.
 */
export function watchedFetch(fetch: Fetch | undefined): Fetch {
  return (input, init) =>
    (fetch ?? globalThis.fetch)(input, init).catch((error: unknown) => {
      if (typeof error === 'object' && error !== null) failures.add(error);
      throw error;
    });
}

/** Whether an error, or what caused it, came out of a watched `fetch`. */
export function cameFromFetch(error: unknown): boolean {
  let link = error;
  for (let depth = 0; depth < 8 && typeof link === 'object' && link !== null; depth += 1) {
    if (failures.has(link)) return true;
    link = (link as { readonly cause?: unknown }).cause;
  }
  return false;
}

/** Whether a call failed before there was any request: by a value that the language refused, and not by a service. */
export function isCallersMistake(error: unknown): boolean {
  const isMistake = error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
  return isMistake && error.cause === undefined && !('code' in error) && !cameFromFetch(error);
}
