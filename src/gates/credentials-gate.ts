import type { Closure, Gate } from './gate.ts';
import type { Opening } from './opening.ts';

/** Closed for good where an endpoint's credentials are missing, and the settings allow to go on without it. */
export class CredentialsGate implements Gate {
  readonly allowsEarlyProbe = false;
  readonly admitsPinned = false;
  readonly #endpoint: { readonly isSkipped: boolean };

  constructor(endpoint: { readonly isSkipped: boolean }) {
    this.#endpoint = endpoint;
  }

  opens(): Opening {
    return this.#endpoint.isSkipped ? 'never' : 'now';
  }

  closure(): Closure | undefined {
    return this.#endpoint.isSkipped ? { reason: 'skipped', opens: 'never' } : undefined;
  }

  enter(): undefined {
    return undefined;
  }

  reset(): void {}
}
