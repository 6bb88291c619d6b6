import type { AttemptRecord, Failure } from '../failure.ts';
import type { Deployment } from '../ring/deployment.ts';
import { type CallRoute, isMended } from '../ring/call-route.ts';
import type { Ring } from '../ring/ring.ts';
import { readUsage } from '../ring/usage.ts';
import type { Grant, Refusal } from '../ring/waiting-line.ts';
import type { CallOptions } from '../sdk.ts';
import { Attempt } from './attempt.ts';
import { backOff } from './back-off.ts';
import { CallLog } from './call-log.ts';
import { CallScope } from './call-scope.ts';
import type { FailoverContext } from './failover-context.ts';
import { wasFarTooSilent } from './far-too-silent.ts';

/** An answer, and the attempt that it came from, which is still open. */
export interface Answered<T> {
  readonly attempt: Attempt;
  readonly answer: T;
}

/** Asks the deployment of an attempt. */
export type Ask<T> = (attempt: Attempt) => PromiseLike<T>;

/** Every deployment that could be asked in a round has been. */
class RoundOver extends Error {}

const REFUSALS: Readonly<Record<Refusal['refusal'], string>> = {
  full: 'All endpoints are at capacity, and as many calls as maxWaiting allows are waiting already',
  hopeless: 'No endpoint will have capacity for this call within the time that it may wait',
  waited: 'No endpoint had capacity for this call within the time that it may wait',
  left: 'The call was ended while it waited for capacity',
};

/** One call of ours: the attempts it takes until one answers, in rounds of the ring. */
export class BalancedCall {
  readonly #log: CallLog;
  readonly #ring: Ring;
  readonly #options: CallOptions;
  readonly #context: FailoverContext;
  readonly #scope: CallScope;
  readonly #isStream: boolean;
  readonly #route: CallRoute | undefined;
  /** Deployments that this call has failed on, or cannot go to. */
  readonly #failed: Set<Deployment>;
  /** Of these, those not to be asked again in this round, and those not to be asked again at all. */
  #askedThisRound: Set<Deployment>;
  readonly #excluded: Set<Deployment>;
  #rounds = 1;
  /** Whether all that this round has heard is when to come again. */
  #heardOnlyLimits = true;
  #waitedMs = 0;
  #tokens: number | undefined;

  constructor(ring: Ring, options: CallOptions, context: FailoverContext, isStream: boolean, route?: CallRoute) {
    this.#log = new CallLog(ring, context.events);
    this.#ring = ring;
    this.#options = options;
    this.#context = context;
    this.#isStream = isStream;
    this.#route = route;
    this.#failed = new Set(route?.excluded);
    this.#askedThisRound = new Set(route?.excluded);
    this.#excluded = new Set(route?.excluded);
    this.#scope = new CallScope(options.abortSignal, context.settings.totalTimeoutMs, context.clock, isStream);
  }

  /** The attempts that have ended. */
  get attempts(): readonly AttemptRecord[] {
    return this.#log.attempts;
  }

  /** Whether the caller has aborted. */
  get isAborted(): boolean {
    return this.#scope.end?.by === 'caller';
  }

  /**
   * Asks one deployment after the other until one answers.
   *
   * @throws the caller's reason when it aborts, the SDK's own error when the request is at fault, and otherwise
   * {@link AllEndpointsFailedError}. The call is over then.
   */
  async answer<T>(ask: Ask<T>): Promise<Answered<T>> {
    try {
      if (this.#scope.end !== undefined) throw this.#endedError();
      this.#context.requireCredentials(this.#ring.deployments);
      return await this.#inRounds(ask);
    } catch (error) {
      this.end();
      throw error;
    }
  }

  /** The first content is there, or the whole answer: remembers how long it took, and what the service says of its limits. */
  gotContent(attempt: Attempt, headers: Readonly<Record<string, string>> | undefined): void {
    const now = this.#now;
    const durationMs = now - attempt.startedAt;
    attempt.gotContent(now);
    attempt.lease.heard(headers, now);
    attempt.deployment.latency.record(now, durationMs);
    (this.#isStream ? this.#ring.streamTimes : this.#ring.answerTimes).record(durationMs);
  }

  /** An attempt brought what was asked for. The call is over. */
  succeed(attempt: Attempt, usage: unknown): void {
    const now = this.#now;
    const used = readUsage(usage);
    attempt.end();
    this.end();
    // Told before what it causes.
    this.#log.record(attempt, now, { class: 'success' });
    attempt.lease.succeed(now, used.totalTokens);
    if (this.#ring.limitsTokens) this.#ring.tokens.learn(used);
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
    attempt.drop(error);
    if (this.#scope.end !== undefined) return this.#endedDuring(attempt, error);
    const now = this.#now;
    const { deployment } = attempt;
    const classified = this.#context.settings.classifyFailure(error, {
      endpoint: deployment.endpoint.name,
      modelId: this.#ring.modelId,
    });
    const failure = this.#route?.judge(error, classified) ?? classified;
    if (failure.class === 'retryable')
      deployment.latency.record(now, 2 * Math.max(now - attempt.startedAt, deployment.latency.at(now)));
    attempt.lease.heard(
      (error as { responseHeaders?: Record<string, string> } | null | undefined)?.responseHeaders,
      now,
    );
    // Told before what it causes.
    this.#log.recordFailure(attempt, now, failure, error);
    attempt.lease.fail(failure, now);
    if (isMended(failure)) return undefined;
    this.#failed.add(deployment);
    this.#askedThisRound.add(deployment);
    if (failure.class !== 'rate-limited') this.#heardOnlyLimits = false;
    if (failure.mayAskAgain === false || failure.class === 'rejected') this.#exclude(deployment);
    return this.#endsCall(failure) ? { error } : undefined;
  }

  /** The call is over. */
  end(): void {
    this.#scope.dispose();
  }

  get #now(): number {
    return this.#context.clock.now();
  }

  async #inRounds<T>(ask: Ask<T>): Promise<Answered<T>> {
    do {
      try {
        return await this.#round(ask);
      } catch (error) {
        if (!(error instanceof RoundOver)) throw error;
      }
      // Who was only told to come again waits in line, not in a backoff.
    } while (this.#heardOnlyLimits && this.#beginRound());
    // Nothing of p-retry is touched by a call that needs no backoff.
    return backOff(
      {
        retry: this.#context.settings.retry,
        clock: this.#context.clock,
        scope: this.#scope,
        roundsDone: this.#rounds,
        isWorthAnother: () => this.#isWorthAnotherRound(),
        soonestMs: () => this.#ring.rateLimitEndsAt(this.#now) - this.#now,
        isRoundOver: (error) => error instanceof RoundOver,
        giveUp: () => (this.#scope.end === undefined ? this.#exhausted('All endpoints failed') : this.#endedError()),
      },
      () => {
        this.#beginRound();
        return this.#round(ask);
      },
    );
  }

  #beginRound(): boolean {
    if (!this.#isWorthAnotherRound()) return false;
    this.#rounds += 1;
    this.#heardOnlyLimits = true;
    this.#askedThisRound = new Set(this.#excluded);
    return true;
  }

  async #round<T>(ask: Ask<T>): Promise<Answered<T>> {
    for (;;) {
      const { deployment, lease } = this.#next() ?? (await this.#waitForCapacity());
      this.#log.goesOnTo(deployment);
      const attempt = new Attempt(deployment, lease, this.#scope, this.#context, {
        isStream: this.#isStream,
        // After the first, the caller may have a stream already that it can leave at any time.
        needsController: this.#isStream && this.attempts.length > 0,
      });
      try {
        // Not a tail call: what `ask` throws at once is a failure of the attempt too.
        return { attempt, answer: await attempt.wait(ask(attempt)) };
      } catch (error) {
        const fatal = this.fail(attempt, error);
        if (fatal !== undefined) throw fatal.error;
      }
    }
  }

  /** First whom this call has not failed on, then whom it has not asked in this round. Those who wait are not overtaken. */
  #next(): Grant | undefined {
    if (this.attempts.length === 0 && this.#ring.line.length > 0) return undefined;
    const now = this.#now;
    const tokens = this.#tokensNeeded();
    const deployment =
      this.#ownerIfAvailable(now, tokens) ??
      this.#ring.pick(now, { tokens, avoid: this.#failed }) ??
      (this.#failed.size === 0 ? undefined : this.#ring.pick(now, { tokens, avoid: this.#askedThisRound }));
    return deployment === undefined ? undefined : { deployment, lease: deployment.lease(now, tokens) };
  }

  /** Whoever has stored what the call refers to, unless the call has failed on it. It is nobody's turn that it takes. */
  #ownerIfAvailable(now: number, tokens: number): Deployment | undefined {
    const owner = this.#route?.owner;
    return owner !== undefined && this.#ring.allows(owner, now, { tokens, avoid: this.#failed }) ? owner : undefined;
  }

  #tokensNeeded(): number {
    if (!this.#ring.limitsTokens) return 1;
    this.#tokens ??= this.#ring.tokens.estimate(this.#options);
    return this.#tokens;
  }

  /** In a round in which somebody has been asked already, the backoff is the wait. */
  async #waitForCapacity(): Promise<Grant> {
    const isAnybodyLeft = this.#ring.deployments.some((deployment) => !this.#excluded.has(deployment));
    if (this.#askedThisRound.size > this.#excluded.size || !isAnybodyLeft) throw new RoundOver();
    const startedAt = this.#now;
    const patienceMs = this.#context.settings.maxWaitMs - this.#waitedMs;
    const deadline = Math.min(startedAt + patienceMs, this.#scope.endsAt);
    const outcome = await this.#ring.line.wait(
      { tokens: this.#tokensNeeded(), avoid: this.#excluded },
      deadline,
      (listener) => this.#scope.onEnd(listener),
    );
    this.#waitedMs += this.#now - startedAt;
    if ('lease' in outcome) return outcome;
    throw this.#scope.end === undefined ? this.#exhausted(REFUSALS[outcome.refusal]) : this.#endedError();
  }

  #exclude(deployment: Deployment): void {
    this.#excluded.add(deployment);
    this.#askedThisRound.add(deployment);
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
    return this.#log.heardHope;
  }

  #endedDuring(attempt: Attempt, error: unknown): { readonly error: unknown } {
    const { usualMs } = this.#isStream ? this.#ring.streamTimes : this.#ring.answerTimes;
    if (wasFarTooSilent(this.#scope.end, this.#now - attempt.lastSignAt, usualMs))
      attempt.lease.fail({ class: 'retryable' }, this.#now);
    else attempt.lease.release(this.#now);
    if (this.isAborted) this.#log.record(attempt, this.#now, { class: 'aborted' });
    else this.#log.recordFailure(attempt, this.#now, { class: 'retryable' }, error);
    this.end();
    return { error: this.#endedError() };
  }

  #endedError(): unknown {
    const { end } = this.#scope;
    if (end?.by === 'totalTimeout') return this.#exhausted(`The ${end.timeoutMs} ms of totalTimeoutMs are over`);
    return end?.reason;
  }

  #exhausted(because: string): unknown {
    const pinned = this.#route?.because;
    return this.#log.exhausted(pinned === undefined ? because : `${because}; ${pinned}`, this.#now);
  }
}
