import { isAboutValue } from '../endpoint/request-counter.ts';
import { AttemptTimeoutError } from '../errors/attempt-timeout-error.ts';
import type { Failure } from '../failure/failure.ts';
import type { ResponseTimes } from '../ring/response-times.ts';
import type { Attempt } from './attempt.ts';
import type { CallLog } from './call-log.ts';
import type { CallParts } from './call-parts.ts';
import type { CallEnd } from './cancellation.ts';
import type { Reclassified } from './route.ts';
import { SHORTEST_SILENCE_MS, silence } from './silence.ts';

/** So many times as long as a ring usually takes is "far longer". */
const FAR_LONGER = 4;

type Headers = Readonly<Record<string, string>> | undefined;

/** What the end of an attempt means for its deployment: settles its lease, and remembers how long it took. */
export class AttemptOutcomes {
  readonly #call: CallParts;
  readonly #log: CallLog;
  readonly #times: ResponseTimes;

  constructor(call: CallParts, log: CallLog) {
    this.#call = call;
    this.#log = log;
    this.#times = call.ring.times(call.isStream);
  }

  /** How long calls like this one usually take to say something, once enough is known. */
  get usualMs(): number | undefined {
    return this.#times.usualMs;
  }

  /** It has been silent for longer than nearly all answers take, which may be chance. Told once. */
  overdue(attempt: Attempt): void {
    const { deployment, lease, startedAt } = attempt;
    const now = this.#now;
    attempt.isOverdue = true;
    // So that others are asked while nobody knows.
    deployment.latency.record(now, now - startedAt);
    // Of a probe the end is waited for.
    if (lease.isProbe) return;
    if (this.#call.ring.silences.isOutage(deployment, this.#call.context.settings.failureThreshold)) lease.hang();
  }

  /** It failed. Returns what kind of failure that was. */
  failed(attempt: Attempt, error: unknown): Reclassified {
    const now = this.#now;
    const { deployment, lease } = attempt;
    const { name } = deployment.endpoint;
    // What never became a request is the caller's own, and no endpoint is to pay for it.
    const classified: Failure =
      attempt.madeNoRequest && isAboutValue(error)
        ? { class: 'rejected' }
        : this.#call.context.settings.classifyFailure(error, { endpoint: name, modelId: this.#call.ring.modelId });
    const reclassified = this.#call.route?.reclassify(error, classified, attempt) ?? { failure: classified };
    const { failure } = reclassified;
    // Failures count as slow, or the quickest to fail would look like the fastest.
    if (failure.class === 'retryable') {
      deployment.latency.record(now, 2 * Math.max(now - attempt.startedAt, deployment.latency.at(now)));
    }
    lease.heard((error as { readonly responseHeaders?: Headers } | null | undefined)?.responseHeaders, now);
    // Told before what it causes.
    this.#log.recordFailure(attempt, now, failure, error);
    // A slow reader takes up the time of an attempt, for which nobody is to blame.
    const isReaders =
      attempt.hasContent && AttemptTimeoutError.isInstance(error) && error.setting === 'timeout.attemptMs';
    if (isReaders) lease.release(now);
    else lease.fail(failure, now);
    return reclassified;
  }

  /** The call was ended from outside while it was under way. */
  ended(attempt: Attempt, end: CallEnd, error: unknown): void {
    const now = this.#now;
    if (end.by === 'caller') this.#log.record(attempt, now, { class: 'aborted' });
    else this.#log.recordFailure(attempt, now, { class: 'retryable', code: 'totalTimeoutMs' }, error);
    if (this.#wasFarTooSilent(attempt, end)) attempt.lease.fail({ class: 'retryable' }, now);
    else attempt.lease.release(now);
  }

  /** It had said nothing yet when another attempt of the call answered, or when the call ended otherwise. */
  lost(attempt: Attempt, isBeaten: boolean, end: CallEnd | undefined): void {
    if (isBeaten) this.#beaten(attempt);
    else if (end === undefined) this.#dismissed(attempt);
    else {
      attempt.drop(end.by === 'caller' ? end.reason : undefined);
      this.ended(attempt, end, attempt.interruptedBy);
    }
  }

  #beaten(attempt: Attempt): void {
    const now = this.#now;
    const silentMs = now - attempt.startedAt;
    attempt.drop(silence(attempt, silentMs));
    this.#log.record(attempt, now, { class: 'aborted', code: 'HEDGED' });
    attempt.deployment.latency.record(now, silentMs);
    const firstContentMs = this.#call.isStream ? this.#call.context.settings.timeout.firstContentMs : undefined;
    const limitMs = firstContentMs ?? FAR_LONGER * (this.usualMs ?? Infinity);
    // Slow, or so silent that it may be down.
    if (silentMs >= limitMs) attempt.lease.fail({ class: 'retryable' }, now);
    else attempt.lease.lose(now);
  }

  /** It is not wanted any more, through no fault of its own. */
  #dismissed(attempt: Attempt): void {
    const now = this.#now;
    attempt.drop(silence(attempt, now - attempt.startedAt));
    this.#log.record(attempt, now, { class: 'aborted' });
    attempt.lease.release(now);
  }

  get #now(): number {
    return this.#call.context.clock.now();
  }

  /**
   * A deadline of the caller's that ran out on a deployment that was silent for far longer than usual is a mark against
   * it: users whose own deadline is shorter than a hang would otherwise never find out who hangs.
   */
  #wasFarTooSilent(attempt: Attempt, end: CallEnd): boolean {
    const isDeadline =
      end.by === 'totalTimeout' || (end.reason as { name?: unknown } | undefined)?.name === 'TimeoutError';
    const { usualMs } = this;
    // Once there is content, a pause may be its reader's; how long one may be is for `idleMs` to say.
    if (!isDeadline || usualMs === undefined || attempt.hasContent) return false;
    return this.#now - attempt.startedAt > Math.max(FAR_LONGER * usualMs, SHORTEST_SILENCE_MS);
  }
}
