import type { Closure, Gate } from './gate.ts';
import type { Opening } from './opening.ts';

interface Skippable {
  readonly isSkipped: boolean;
  /** When its credentials were found missing, on the core's clock. */
  readonly skippedAt?: number | undefined;
}

/** Closed for good where an endpoint's credentials are missing, and the settings allow to go on without it. */
export class CredentialsGate implements Gate {
  readonly allowsEarlyProbe = false;
  readonly admitsPinned = false;
  readonly #endpoint: Skippable;

  constructor(endpoint: Skippable) {
    this.#endpoint = endpoint;
  }

  opens(): Opening {
    return this.#endpoint.isSkipped ? 'never' : 'now';
  }

  closure(): Closure | undefined {
    return this.#endpoint.isSkipped
      ? { reason: 'skipped', opens: 'never', since: this.#endpoint.skippedAt }
      : undefined;
  }

  enter(): undefined {
    return undefined;
  }

  reset(): void {}
}
