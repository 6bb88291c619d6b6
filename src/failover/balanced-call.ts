import { AllEndpointsFailedError } from '../errors/all-endpoints-failed-error.ts';
import type { AttemptRecord, Failure } from '../failure.ts';
import type { Deployment } from '../ring/deployment.ts';
import { type CallRoute, isMended } from '../ring/call-route.ts';
import type { Ring } from '../ring/ring.ts';
import { Attempt } from './attempt.ts';
import { backOff } from './back-off.ts';
import { CallScope } from './call-scope.ts';
import type { FailoverContext } from './failover-context.ts';

/** An answer, and the attempt that it came from, which is still open. */
export interface Answered<T> {
  readonly attempt: Attempt;
  readonly answer: T;
}

/** Asks the deployment of an attempt. */
export type Ask<T> = (attempt: Attempt) => PromiseLike<T>;

/** Every deployment that could be asked in a round has been. */
class RoundOver extends Error {}

/** Milliseconds of silence below which no caller's deadline says anything about a deployment. */
const SHORTEST_SILENCE_MS = 1_000;
/** So many times as long as a ring usually takes is "far longer". */
const FAR_LONGER = 4;

/**
 * One call of ours: the attempts it takes until one answers, in rounds of the ring.
 *
 * It can be continued after an answer, since a stream may turn out to be broken before it has said anything.
 */
export class BalancedCall {
  readonly attempts: AttemptRecord[] = [];
  readonly #ring: Ring;
  readonly #context: FailoverContext;
  readonly #scope: CallScope;
  readonly #isStream: boolean;
  readonly #route: CallRoute | undefined;
  readonly #errors: unknown[] = [];
  /** Deployments that this call has failed on. */
  readonly #failed: Set<Deployment>;
  /** Of these, those not to be asked again in this round, and those not to be asked again at all. */
  #askedThisRound: Set<Deployment>;
  readonly #excluded: Set<Deployment>;
  #rounds = 1;
  /** Whether an answer of it has turned out to be broken. */
  #isContinued = false;
  #last: { readonly attempt: Attempt; readonly failure: Failure } | undefined;

  constructor(
    ring: Ring,
    signal: AbortSignal | undefined,
    context: FailoverContext,
    isStream: boolean,
    route?: CallRoute,
  ) {
    this.#ring = ring;
    this.#context = context;
    this.#isStream = isStream;
    this.#route = route;
    this.#failed = new Set(route?.excluded);
    this.#askedThisRound = new Set(route?.excluded);
    this.#excluded = new Set(route?.excluded);
    this.#scope = new CallScope(signal, context.settings.totalTimeoutMs, context.clock, isStream);
  }

  /** Milliseconds on the context's clock. */
  get now(): number {
    return this.#context.clock.now();
  }

  /**
   * Asks one deployment after the other until one answers.
   *
   * @throws the caller's reason when it aborts, the SDK's own error when the request is at fault, and otherwise
   * {@link AllEndpointsFailedError}. The call is over then.
   */
  async answer<T>(ask: Ask<T>, discard?: (late: T) => void): Promise<Answered<T>> {
    try {
      if (this.#scope.end !== undefined) throw this.#endedError();
      if (!this.#isContinued) this.#context.requireCredentials();
      const answered = await this.#rest(ask, discard);
      this.#isContinued = true;
      return answered;
    } catch (error) {
      this.end();
      throw error;
    }
  }

  /** An attempt brought what was asked for. The call is over. */
  succeed(attempt: Attempt): void {
    attempt.end();
    attempt.lease.succeed();
    this.#scope.dispose();
    this.#record(attempt, { class: 'success' });
  }

  /** The caller leaves: interrupts whatever is under way. */
  stop(reason: unknown): void {
    this.#scope.stop(reason);
  }

  /**
   * An attempt failed: classifies it, and settles its lease.
   *
   * @returns the error that ends the call, or `undefined` when somebody else may be asked.
   */
  fail(attempt: Attempt, error: unknown): { readonly error: unknown } | undefined {
    attempt.end();
    if (this.#scope.end !== undefined) return this.#endedDuring(attempt, error);
    const { endpoint } = attempt.deployment;
    const classified = this.#context.settings.classifyFailure(error, {
      endpoint: endpoint.name,
      modelId: this.#ring.modelId,
    });
    const failure = this.#route?.judge(error, classified) ?? classified;
    attempt.lease.fail(failure, this.now);
    this.#errors.push(error);
    this.#record(attempt, failure);
    this.#last = { attempt, failure };
    if (!isMended(failure)) {
      this.#failed.add(attempt.deployment);
      this.#askedThisRound.add(attempt.deployment);
      if (failure.mayAskAgain === false || failure.class === 'rejected') this.#excluded.add(attempt.deployment);
    }
    return this.#endsCall(failure) ? { error } : undefined;
  }

  /** The call is over. */
  end(): void {
    this.#scope.dispose();
  }

  /** Whether the caller has aborted. */
  get isAborted(): boolean {
    return this.#scope.end?.by === 'caller';
  }

  async #rest<T>(ask: Ask<T>, discard: ((late: T) => void) | undefined): Promise<Answered<T>> {
    try {
      return await this.#round(ask, discard);
    } catch (error) {
      if (!(error instanceof RoundOver)) throw error;
    }
    // Nothing of p-retry is touched by a call that needs one round.
    return backOff(
      {
        retry: this.#context.settings.retry,
        clock: this.#context.clock,
        scope: this.#scope,
        roundsDone: this.#rounds,
        isWorthAnother: () => this.#isWorthAnotherRound(),
        soonestMs: () => this.#ring.rateLimitEndsAt(this.now) - this.now,
        isRoundOver: (error) => error instanceof RoundOver,
        giveUp: () =>
          this.#scope.end === undefined
            ? this.#exhausted(this.#route?.because ?? 'All endpoints failed')
            : this.#endedError(),
      },
      () => {
        this.#rounds += 1;
        this.#askedThisRound = new Set(this.#excluded);
        return this.#round(ask, discard);
      },
    );
  }

  async #round<T>(ask: Ask<T>, discard: ((late: T) => void) | undefined): Promise<Answered<T>> {
    for (;;) {
      const deployment = this.#next();
      if (deployment === undefined) throw new RoundOver();
      this.#announceFailover(deployment);
      const attempt = new Attempt(deployment, this.#scope, this.#context, {
        isStream: this.#isStream,
        isContinued: this.#isContinued,
      });
      try {
        // Not a tail call: what `ask` throws at once is a failure of the attempt too.
        return { attempt, answer: await attempt.wait(ask(attempt), discard) };
      } catch (error) {
        const fatal = this.fail(attempt, error);
        if (fatal !== undefined) throw fatal.error;
      }
    }
  }

  /** First whom this call has not failed on, then whom it has not asked in this round. */
  #next(): Deployment | undefined {
    const { now } = this;
    return (
      this.#ownerIfAvailable(now) ??
      this.#ring.pick(now, this.#failed) ??
      (this.#failed.size === 0 ? undefined : this.#ring.pick(now, this.#askedThisRound)) ??
      (this.#askedThisRound.size === this.#excluded.size ? this.#ring.earlyProbe(now, this.#excluded) : undefined)
    );
  }

  /** Whoever has stored what the call refers to, unless the call has failed on it. It is nobody's turn that it takes. */
  #ownerIfAvailable(now: number): Deployment | undefined {
    const owner = this.#route?.owner;
    if (owner === undefined || this.#failed.has(owner)) return undefined;
    return owner.availableAt <= now ? owner : undefined;
  }

  #endsCall({ class: failureClass, reason }: Failure): boolean {
    if (failureClass === 'aborted') return true;
    if (reason === 'unknown-reference') return false;
    return failureClass === 'rejected' && !(reason !== undefined && this.#context.settings.failoverOn.has(reason));
  }

  /** Not when all that was heard is what no waiting mends, or when nobody is left who may be asked again. */
  #isWorthAnotherRound(): boolean {
    if (this.#rounds >= this.#context.settings.retry.rounds) return false;
    if (this.#ring.deployments.every((deployment) => this.#excluded.has(deployment))) return false;
    return (
      this.attempts.length === 0 ||
      this.attempts.some(({ class: heard }) => heard === 'retryable' || heard === 'rate-limited')
    );
  }

  #endedDuring(attempt: Attempt, error: unknown): { readonly error: unknown } {
    if (this.#wasFarTooSilent(attempt)) attempt.lease.fail({ class: 'retryable' }, this.now);
    else attempt.lease.release(this.now);
    const byCaller = this.isAborted;
    if (!byCaller) this.#errors.push(error);
    this.#record(attempt, { class: byCaller ? 'aborted' : 'retryable' });
    this.end();
    return { error: this.#endedError() };
  }

  /**
   * A deadline of the caller's that ran out on a deployment that was silent for far longer than usual is a mark against
   * it: users whose own deadline is shorter than a hang would otherwise never find out who hangs.
   */
  #wasFarTooSilent(attempt: Attempt): boolean {
    const { end } = this.#scope;
    if (end?.by === 'caller' && (end.reason as { name?: unknown } | undefined)?.name !== 'TimeoutError') return false;
    const { usualMs } = this.#isStream ? this.#ring.streamTimes : this.#ring.answerTimes;
    return usualMs !== undefined && this.now - attempt.lastSignAt > Math.max(FAR_LONGER * usualMs, SHORTEST_SILENCE_MS);
  }

  #endedError(): unknown {
    const { end } = this.#scope;
    if (end?.by === 'totalTimeout') return this.#exhausted(`The ${end.timeoutMs} ms of totalTimeoutMs are over`);
    return end?.reason;
  }

  #exhausted(because: string): unknown {
    // A request that every endpoint rejects is at fault itself: its author needs the service's own words.
    if (this.#last?.failure.class === 'rejected' && this.attempts.every((attempt) => attempt.class === 'rejected')) {
      return this.#errors.at(-1);
    }
    const { modelId } = this.#ring;
    const retryAfterMs = this.#ring.retryAfterMs(this.now);
    const attempts = Object.freeze([...this.attempts]);
    this.#context.events.emit('exhausted', () => ({ modelId, attempts, retryAfterMs }));
    return new AllEndpointsFailedError({ modelId, attempts, retryAfterMs, errors: this.#errors, because });
  }

  #announceFailover(to: Deployment): void {
    const last = this.#last;
    if (last === undefined) return;
    this.#context.events.emit('failover', () => ({
      modelId: this.#ring.modelId,
      from: last.attempt.deployment.endpoint.name,
      to: to.endpoint.name,
      class: last.failure.class,
    }));
  }

  #record(attempt: Attempt, outcome: Pick<AttemptRecord, 'class' | 'statusCode' | 'code'>): void {
    const { deployment, startedAt } = attempt;
    const { class: failureClass, statusCode, code } = outcome;
    const record: AttemptRecord = Object.freeze({
      endpoint: deployment.endpoint.name,
      deployment: deployment.name,
      class: failureClass,
      statusCode,
      code,
      durationMs: this.now - startedAt,
    });
    this.attempts.push(record);
    this.#context.events.emit('attempt', () => ({
      ...record,
      modelId: this.#ring.modelId,
      attempt: this.attempts.length,
    }));
  }

  /** Remembers how long an answer, or a stream's first content, took. */
  recordTime(attempt: Attempt): void {
    const { now } = this;
    attempt.lastSignAt = now;
    (this.#isStream ? this.#ring.streamTimes : this.#ring.answerTimes).record(now - attempt.startedAt);
  }
}
