type Headers = Readonly<Record<string, string>> | undefined;

/** Headers of the answer behind an error of the AI SDK. */
export const headersOf = (error: unknown): Headers =>
  (error as { readonly responseHeaders?: Headers } | null | undefined)?.responseHeaders;

/** Whether the service asked not to be sent the same request again: `x-should-retry: false` (openai-node `client.ts`). */
export const asksNotToRetry = (error: unknown): boolean => headersOf(error)?.['x-should-retry'] === 'false';
