/** A function that returns a key or token at each attempt, and the last one that the service has refused. */
export class KeyFunction {
  /** The user's own. */
  readonly get: () => string | PromiseLike<string>;
  #refused: string | undefined;

  constructor(get: KeyFunction['get']) {
    this.get = get;
  }

  refuse(secret: string): void {
    this.#refused = secret;
  }

  /** Whether it returns another key than the one refused. */
  async isMended(): Promise<boolean> {
    try {
      const secret: unknown = await this.get();
      return typeof secret === 'string' && secret !== '' && secret !== this.#refused;
    } catch {
      return false;
    }
  }
}
