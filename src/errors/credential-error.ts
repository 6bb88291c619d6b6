import { AISDKError } from '@ai-sdk/provider';

import { hasMarker, markerOf } from './marker.ts';

const name = 'AI_CredentialError';
const marker = markerOf(name);

/** An endpoint's `apiKey` function or `tokenProvider` threw, or returned nothing that a header can have. `cause` is what it threw. */
export class CredentialError extends AISDKError {
  /** Name of the endpoint. */
  readonly endpoint: string;

  constructor({
    endpoint,
    setting,
    cause,
  }: {
    readonly endpoint: string;
    readonly setting: 'apiKey' | 'tokenProvider';
    readonly cause?: unknown;
  }) {
    super({
      name,
      message: `The ${setting} function of endpoint "${endpoint}" gave no usable ${setting === 'apiKey' ? 'key' : 'token'}.`,
      cause,
    });
    this.endpoint = endpoint;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `error` is one of these, also when another copy of this package made it. */
  static override isInstance(error: unknown): error is CredentialError {
    return hasMarker(error, marker);
  }
}
