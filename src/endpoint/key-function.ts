import { CredentialError } from '../errors/credential-error.ts';
import { headerValue } from '../settings/text-rules.ts';

/** Where a key or token is carried. */
export type KeyHeader = 'authorization' | 'api-key';

/** What a header that carries a key says. */
export const keyIn = (header: KeyHeader, secret: string): string =>
  header === 'authorization' ? `Bearer ${secret}` : secret;

/** Name of the endpoint, and its setting. */
type Source = Omit<ConstructorParameters<typeof CredentialError>[0], 'cause'>;

/** A function for a key or token, which is asked at each attempt, so that keys can rotate. */
export class KeyFunction {
  readonly #source: Source;
  readonly #get: () => string | PromiseLike<string>;
  #refused: string | undefined;

  constructor(source: Source, get: () => string | PromiseLike<string>) {
    this.#source = source;
    this.#get = get;
  }

  /** @throws {CredentialError} when it throws, or returns nothing that a header can have. */
  async current(): Promise<string> {
    let secret: unknown;
    try {
      secret = await this.#get();
    } catch (cause) {
      throw new CredentialError({ ...this.#source, cause });
    }
    // What the platform says of such a value repeats it, and would be taken for the call's own fault.
    if (typeof secret !== 'string' || secret === '' || headerValue(secret) !== undefined)
      throw new CredentialError(this.#source);
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
