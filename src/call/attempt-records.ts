import type { Deployment } from '../deployment/deployment.ts';
import type { AttemptRecord, Failure } from '../failure/failure.ts';

const NONE: readonly never[] = [];

/** The last failure of a call, and where it was. */
export interface LastFailure {
  readonly at: Deployment;
  readonly failure: Failure;
}

/** What has become of the attempts of one call. */
export class AttemptRecords {
  // Most calls end with their first attempt, and need no lists.
  #all: readonly AttemptRecord[] = NONE;
  #errors: readonly unknown[] = NONE;
  #last: LastFailure | undefined;

  /** The attempts that have ended, in that order. */
  get all(): readonly AttemptRecord[] {
    return this.#all;
  }

  /** What the attempts threw that failed. */
  get errors(): readonly unknown[] {
    return this.#errors;
  }

  get lastFailure(): LastFailure | undefined {
    return this.#last;
  }

  /** Whether the service has rejected the request wherever it went. */
  get isRejection(): boolean {
    return this.#all.length > 0 && this.#all.every((attempt) => attempt.class === 'rejected');
  }

  add(record: AttemptRecord): void {
    this.#all = [...this.#all, record];
  }

  addFailure(at: Deployment, failure: Failure, error: unknown): void {
    this.#errors = [...this.#errors, error];
    this.#last = { at, failure };
  }
}
