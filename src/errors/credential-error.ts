import { recognisable } from './recognisable.ts';

/** An endpoint's `apiKey` function or `tokenProvider` threw, or returned nothing that a header can have. `cause` is what it threw. */
export class CredentialError extends recognisable<CredentialError>('AI_CredentialError') {
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
    const what = setting === 'apiKey' ? 'key' : 'token';
    super({ message: `The ${setting} function of endpoint "${endpoint}" gave no usable ${what}.`, cause });
    this.endpoint = endpoint;
  }
}
