/** The Fetch API's function, which each wrapper takes and returns. */
export type Fetch = typeof globalThis.fetch;
