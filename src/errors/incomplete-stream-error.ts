import { AISDKError } from '@ai-sdk/provider';

import { hasMarker, markerOf } from './marker.ts';

const name = 'AI_IncompleteStreamError';
const marker = markerOf(name);

/**
 * A stream ended although the service had not said that its answer was complete. After content it reaches the reader as
 * an error part, so that half an answer never passes for a whole one.
 */
export class IncompleteStreamError extends AISDKError {
  /** Name of the endpoint whose stream was cut. */
  readonly endpoint: string;

  constructor({ endpoint }: { readonly endpoint: string }) {
    super({
      name,
      message: `The stream of endpoint "${endpoint}" ended without a finish reason; the answer is not complete.`,
    });
    this.endpoint = endpoint;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `error` is one of these, also when another copy of this package made it. */
  static override isInstance(error: unknown): error is IncompleteStreamError {
    return hasMarker(error, marker);
  }
}
