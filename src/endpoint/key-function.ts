import { CredentialError } from '../errors/credential-error.ts';
import { headerValue } from '../settings/text-rules.ts';

/** Where a key or token is carried. */
export type KeyHeader = 'authorization' | 'api-key';

/** What a header that carries a key says. */
export const keyIn = (header: KeyHeader, secret: string): string =>
  header === 'authorization' ? `Bearer ${secret}` : secret;

/** A function for a key or token, which is asked at each attempt, so that keys can rotate. */
export class KeyFunction {
  readonly #endpoint: string;
  readonly #setting: 'apiKey' | 'tokenProvider';
  readonly #get: () => string | PromiseLike<string>;
  #refused: string | undefined;

  constructor(endpoint: string, setting: 'apiKey' | 'tokenProvider', get: () => string | PromiseLike<string>) {
    this.#endpoint = endpoint;
    this.#setting = setting;
    this.#get = get;
  }

  /** @throws {CredentialError} when it throws, or returns nothing that a header can have. */
  async current(): Promise<string> {
    const told = { endpoint: this.#endpoint, setting: this.#setting };
    let secret: unknown;
    try {
      secret = await this.#get();
    } catch (cause) {
      throw new CredentialError({ ...told, cause });
    }
    // What the platform says of such a value repeats it, and would be taken for the call's own fault.
    if (typeof secret !== 'string' || secret === '' || headerValue(secret) !== undefined)
      throw new CredentialError(told);
    return secret;
  }

  /** The service has refused a key. */
  refuse(secret: string): void {
    this.#refused = secret;
  }

  /** Whether it returns another key than the one refused. */
  isMended(): Promise<boolean> {
    return this.current().then(
      (secret) => secret !== this.#refused,
      () => false,
    );
  }
}
