import type { Closing, Gate } from './gate.ts';
import type { Opening } from './opening.ts';

interface Skippable {
  readonly isSkipped: boolean;
  /** When its credentials were found missing, on the core's clock. */
  readonly skippedAt?: number | undefined;
}

/** Closed for good where an endpoint's credentials are missing, and the settings allow to go on without it. */
export class CredentialsGate implements Gate {
  readonly #endpoint: Skippable;

  constructor(endpoint: Skippable) {
    this.#endpoint = endpoint;
  }

  get closing(): Closing {
    return { reason: 'skipped', since: this.#endpoint.skippedAt };
  }

  opens(): Opening {
    return this.#endpoint.isSkipped ? 'never' : 'now';
  }

  enter(): undefined {}
}
