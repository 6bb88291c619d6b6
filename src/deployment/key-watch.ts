import type { Clock } from '../clock.ts';
import type { KeyFunction } from '../endpoint/key-function.ts';
import type { Failure } from '../failure/failure.ts';
import type { CircuitBreaker } from '../gates/circuit-breaker.ts';

const LOOK_EVERY_MS = 1_000;
/** For a look: a function that never returns must not end all further ones. */
const PATIENCE_MS = 10_000;

/** Ends the cooldowns that a refused key began once the function for it returns another. Looks at it only while one of them lasts. */
export class KeyWatch {
  readonly #key: KeyFunction;
  readonly #clock: Clock;
  readonly #tripped = new Set<CircuitBreaker>();

  constructor(key: KeyFunction, clock: Clock) {
    this.#key = key;
    this.#clock = clock;
  }

  /** A breaker has tripped, be it for the key or for another reason. */
  tripped(breaker: CircuitBreaker, { class: failureClass, statusCode = 401 }: Failure): void {
    if (failureClass !== 'misconfigured' || (statusCode !== 401 && statusCode !== 403)) return;
    if (this.#tripped.size === 0) this.#lookLater();
    this.#tripped.add(breaker);
  }

  #lookLater(): void {
    this.#clock.setTimeLimit(() => void this.#look(), LOOK_EVERY_MS);
  }

  #tooLate(): Promise<false> {
    return new Promise((resolve) => {
      this.#clock.setTimeLimit(() => resolve(false), PATIENCE_MS);
    });
  }

  async #look(): Promise<void> {
    const isMended = await Promise.race([this.#key.isMended(), this.#tooLate()]);
    for (const breaker of this.#tripped) {
      if (isMended) breaker.endCooldown();
      if (breaker.opens(this.#clock.now()) === 'now') this.#tripped.delete(breaker);
    }
    if (this.#tripped.size > 0) this.#lookLater();
  }
}
