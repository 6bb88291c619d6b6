import { recognisable } from './recognisable.ts';

/**
 * A stream ended although the service had not said that its answer was complete. After content it reaches the reader as
 * an error part, so that half an answer never passes for a whole one.
 */
export class IncompleteStreamError extends recognisable<IncompleteStreamError>('AI_IncompleteStreamError') {
  /** Name of the endpoint whose stream was cut. */
  readonly endpoint: string;

  constructor({ endpoint }: { readonly endpoint: string }) {
    super({
      message: `The stream of endpoint "${endpoint}" ended without a finish reason; the answer is not complete.`,
    });
    this.endpoint = endpoint;
  }
}
