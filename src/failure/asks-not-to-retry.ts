import { failureHeaders } from './failure-facts.ts';

/** Whether the service asked not to be sent the same request again: `x-should-retry: false` (openai-node `client.ts`). */
export const asksNotToRetry = (error: unknown): boolean => failureHeaders(error)['x-should-retry'] === 'false';
