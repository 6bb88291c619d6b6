import { AllEndpointsFailedError } from '../errors/all-endpoints-failed-error.ts';
import type { EventEmitter } from '../events.ts';
import type { AttemptRecord, Failure, UnavailableRecord } from '../failure/failure.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { Ring } from '../ring/ring.ts';
import type { Refusal } from '../queue/waiter.ts';
import type { Attempt } from './attempt.ts';

/** Why a call could not wait for capacity, or not any longer. */
const FOR_CAPACITY: Readonly<Record<Refusal['refusal'], string>> = {
  full: 'All endpoints are at capacity, and as many calls as maxWaiting allows are waiting already',
  hopeless: 'No endpoint will have capacity for this call within the time that it may wait',
  waited: 'No endpoint had capacity for this call within the time that it may wait',
  left: 'The call was ended while it waited for capacity',
};

/** The same where nobody is at its limits, but everybody is out. */
const FOR_RECOVERY: Readonly<Record<Refusal['refusal'], string>> = {
  full: 'All endpoints are out after failures, and as many calls as maxWaiting allows are waiting already',
  hopeless: 'All endpoints are out after failures, and will be for longer than this call may wait',
  waited: 'All endpoints were out after failures for as long as this call may wait (maxWaitMs)',
  left: 'The call was ended while it waited for an endpoint that is out to come back',
};

/** What to say of a call that waited in vain. */
export const refusalText = (refusal: Refusal['refusal'], isForCapacity: boolean): string =>
  (isForCapacity ? FOR_CAPACITY : FOR_RECOVERY)[refusal];

const NOTHING: readonly never[] = [];

/** How things stand when a call gives up. */
export interface GivingUp {
  /** Milliseconds until somebody takes it again, where that is known. */
  readonly retryAfterMs: number | undefined;
  /** Whether all that is lacking is capacity. */
  readonly isForCapacity: boolean;
  /** Who cannot be asked, and why. */
  readonly unavailable: readonly UnavailableRecord[];
}

/** What has happened in one call: tells listeners, and makes the error that it ends with. */
export class CallLog {
  readonly #ring: Ring;
  readonly #events: EventEmitter;
  // Most calls end with their first attempt, and need no lists.
  #attempts: readonly AttemptRecord[] = NOTHING;
  #errors: readonly unknown[] = NOTHING;
  #lastFailure: { readonly from: Deployment; readonly failure: Failure } | undefined;

  constructor(ring: Ring, events: EventEmitter) {
    this.#ring = ring;
    this.#events = events;
  }

  /** The attempts that have ended. */
  get attempts(): readonly AttemptRecord[] {
    return this.#attempts;
  }

  /** An attempt has ended. */
  record(attempt: Attempt, now: number, outcome: Pick<AttemptRecord, 'class' | 'statusCode' | 'code'>): void {
    const { deployment, startedAt } = attempt;
    const record: AttemptRecord = {
      endpoint: deployment.endpoint.name,
      deployment: deployment.name,
      class: outcome.class,
      statusCode: outcome.statusCode,
      code: outcome.code,
      durationMs: Math.round(now - startedAt),
    };
    this.#attempts = [...this.#attempts, record];
    this.#events.emit('attempt', () => ({ ...record, modelId: this.#ring.modelId, attempt: this.#attempts.length }));
  }

  /** An attempt has answered. */
  recordSuccess(attempt: Attempt, now: number): void {
    this.record(attempt, now, { class: 'success' });
  }

  /** An attempt has failed. */
  recordFailure(attempt: Attempt, now: number, failure: Failure, error: unknown): void {
    this.#errors = [...this.#errors, error];
    this.#lastFailure = { from: attempt.deployment, failure };
    this.record(attempt, now, failure);
  }

  /** Another attempt is made beside one that is silent. */
  hedges(silent: Attempt, to: Deployment, now: number): void {
    this.#events.emit('hedge', () => ({
      modelId: this.#ring.modelId,
      from: silent.deployment.endpoint.name,
      to: to.endpoint.name,
      silentMs: Math.round(now - silent.startedAt),
    }));
  }

  /** The next attempt goes there. */
  goesOnTo(to: Deployment): void {
    const last = this.#lastFailure;
    if (last === undefined || last.from === to) return;
    this.#events.emit('failover', () => ({
      modelId: this.#ring.modelId,
      from: last.from.endpoint.name,
      to: to.endpoint.name,
      class: last.failure.class,
    }));
  }

  /** The error of a call that gives up. */
  exhausted(reason: string, { retryAfterMs, isForCapacity, unavailable }: GivingUp): unknown {
    // A request that every endpoint rejects is at fault itself: its author needs the service's own words.
    if (this.#attempts.length > 0 && this.#attempts.every((attempt) => attempt.class === 'rejected'))
      return this.#errors.at(-1);
    const { modelId } = this.#ring;
    const attempts = Object.freeze(this.#attempts.map((attempt) => Object.freeze({ ...attempt })));
    this.#events.emit('exhausted', () => ({ modelId, attempts, retryAfterMs }));
    return new AllEndpointsFailedError({
      modelId,
      attempts,
      retryAfterMs,
      unavailable: Object.freeze(unavailable.filter((each) => !attempts.some((attempt) => isSame(attempt, each)))),
      errors: this.#errors,
      reason,
      isForCapacity,
    });
  }
}

const isSame = (attempt: AttemptRecord, { endpoint, deployment }: UnavailableRecord): boolean =>
  attempt.endpoint === endpoint && attempt.deployment === deployment;
