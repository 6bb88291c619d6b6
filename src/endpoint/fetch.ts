/** The Fetch API's function, which each wrapper takes and returns. */
export type Fetch = typeof globalThis.fetch;

/** The URL that a request is for. */
export const urlOf = (input: Parameters<Fetch>[0]): string => (input instanceof Request ? input.url : String(input));
