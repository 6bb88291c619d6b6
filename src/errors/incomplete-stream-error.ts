import { recognisable } from './recognisable.ts';

/**
 * A stream ended, or broke off, before the service had said that its answer was complete. After content it reaches the reader as
 * an error part, so that half an answer never passes for a whole one. `cause` is what broke it, where there was an error: it may hold the
 * prompt.
 */
export class IncompleteStreamError extends recognisable<IncompleteStreamError>('AI_IncompleteStreamError') {
  /** Name of the endpoint whose stream was cut. */
  readonly endpoint: string;

  constructor({ endpoint, cause }: { readonly endpoint: string; readonly cause?: unknown }) {
    const how = cause === undefined ? 'ended without a finish reason' : 'broke off';
    super({ message: `The stream of endpoint "${endpoint}" ${how}; the answer is not complete.`, cause });
    this.endpoint = endpoint;
  }
}
