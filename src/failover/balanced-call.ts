import type { AttemptRecord } from '../failure.ts';
import type { CallRoute } from '../ring/call-route.ts';
import type { Ring } from '../ring/ring.ts';
import type { Grant, Refusal } from '../ring/waiting-line.ts';
import type { CallOptions } from '../sdk.ts';
import { Attempt } from './attempt.ts';
import { AttemptOutcomes } from './attempt-outcomes.ts';
import { backOff } from './back-off.ts';
import { CallLog, REFUSALS } from './call-log.ts';
import { CallPicks } from './call-picks.ts';
import { CallScope } from './call-scope.ts';
import type { FailoverContext } from './failover-context.ts';
import type { HedgeBudget } from './hedge-budget.ts';
import { mayActTwice } from './may-act-twice.ts';
import { race, type Runner } from './race.ts';
import { hedgeAfterMs, silence } from './silence.ts';

/** An answer, and the attempt that it came from, which is still open. */
export interface Answered<T> {
  readonly attempt: Attempt;
  readonly answer: T;
}

type Headers = Readonly<Record<string, string>> | undefined;

/** Asks the deployment of an attempt. */
export type Ask<T> = (attempt: Attempt) => PromiseLike<T>;

/** What `ask` throws at once is a failure of the attempt too. */
function askSafely<T>(ask: Ask<T>, attempt: Attempt): PromiseLike<T> {
  try {
    return ask(attempt);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** One call of ours: the attempts it takes until one answers, in rounds of the ring. */
export class BalancedCall {
  readonly #log: CallLog;
  readonly #outcomes: AttemptOutcomes;
  readonly #ring: Ring;
  readonly #context: FailoverContext;
  readonly #scope: CallScope;
  readonly #picks: CallPicks;
  readonly #isStream: boolean;
  readonly #route: CallRoute | undefined;
  /** The budget for a second attempt, when the call may have one. */
  readonly #hedging: HedgeBudget | undefined;

  constructor(ring: Ring, options: CallOptions, context: FailoverContext, isStream: boolean, route?: CallRoute) {
    this.#log = new CallLog(ring, context.events);
    this.#outcomes = new AttemptOutcomes(ring, context, this.#log, isStream, route);
    this.#ring = ring;
    this.#context = context;
    this.#isStream = isStream;
    this.#route = route;
    this.#hedging =
      context.settings.hedge !== undefined && mayActTwice(options) ? undefined : context.hedgeBudgetOf(ring);
    this.#hedging?.begin();
    this.#scope = new CallScope(options.abortSignal, context.settings.totalTimeoutMs, context.clock, isStream);
    this.#picks = new CallPicks(ring, options, this.#scope, context, route);
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
  answer<T>(ask: Ask<T>): Promise<Answered<T>> {
    try {
      if (this.#scope.end !== undefined) throw this.#endedError();
      this.#context.requireCredentials(this.#ring.deployments);
      const grant = this.#picks.next();
      if (grant !== undefined) return this.#first(grant, ask);
      if (!this.#picks.mayWait) return this.#rounds(ask);
      return this.#picks.wait().then((outcome) => this.#first(this.#waited(outcome), ask));
    } catch (error) {
      this.end();
      return Promise.reject(error);
    }
  }

  /** The first content is there: remembers how long it took, and what the service says of its limits. */
  gotContent(attempt: Attempt, headers: Headers): void {
    this.#outcomes.gotContent(attempt, headers, this.#now);
  }

  /** A stream that has begun has brought all that was asked for. The call is over. */
  succeed(attempt: Attempt, usage: unknown): void {
    this.end();
    this.#outcomes.succeeded(attempt, usage, this.#now);
  }

  /** The whole answer came at once. The call is over. */
  gotAnswer(attempt: Attempt, headers: Headers, usage: unknown): void {
    const now = this.#now;
    this.#outcomes.gotContent(attempt, headers, now);
    this.end();
    this.#outcomes.succeeded(attempt, usage, now);
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
    const { end } = this.#scope;
    if (end !== undefined) {
      this.#outcomes.ended(attempt, end, error);
      this.end();
      // After content nobody has been given up: the reader gets what ended it.
      return { error: attempt.hasContent && end.by === 'totalTimeout' ? error : this.#endedError() };
    }
    const failure = this.#outcomes.failed(attempt, error);
    return this.#picks.failed(attempt.deployment, failure) ? undefined : { error };
  }

  /** The call is over. */
  end(): void {
    this.#scope.dispose();
  }

  get #now(): number {
    return this.#context.clock.now();
  }

  #backOff<T>(ask: Ask<T>): Promise<Answered<T>> {
    return backOff(
      {
        retry: this.#context.settings.retry,
        clock: this.#context.clock,
        scope: this.#scope,
        roundsDone: this.#picks.rounds,
        isWorthAnother: () => this.#picks.isWorthAnotherRound,
        soonestMs: () => this.#ring.rateLimitEndsAt(this.#now) - this.#now,
        giveUp: () => this.#endedError() ?? this.#exhausted('All endpoints failed'),
      },
      () => {
        this.#picks.beginRound();
        return this.#round(ask);
      },
    );
  }

  #beginRound(): boolean {
    if (!this.#picks.isWorthAnotherRound) return false;
    this.#picks.beginRound();
    return true;
  }

  // The first attempt, which is all that most calls need. Neither this nor what leads here is an async function: what these keep
  // while they wait would be as large as all else of a call, and thousands may wait.
  #first<T>(grant: Grant, ask: Ask<T>): Promise<Answered<T>> {
    return this.#attempt(grant, ask).then(
      (answered) => answered ?? this.#rounds(ask),
      (error: unknown) => {
        this.end();
        throw error;
      },
    );
  }

  /** The rest of this round, and further ones. */
  async #rounds<T>(ask: Ask<T>): Promise<Answered<T>> {
    try {
      do {
        const answered = await this.#round(ask);
        if (answered !== undefined) return answered;
        // Who was only told to come again waits in line, not in a backoff.
      } while (this.#picks.heardOnlyLimits && this.#beginRound());
      // Nothing of p-retry is touched by a call that needs no backoff.
      return await this.#backOff(ask);
    } catch (error) {
      this.end();
      throw error;
    }
  }

  /** Asks everybody who can be asked and was not yet, each once. Returns `undefined` when none of them answered. */
  async #round<T>(ask: Ask<T>): Promise<Answered<T> | undefined> {
    for (;;) {
      // A listener to the events may have ended it.
      if (this.#scope.end !== undefined) throw this.#endedError();
      let grant = this.#picks.next();
      if (grant === undefined) {
        // In a round in which somebody has been asked already, the backoff is the wait; but when everybody is down, there is
        // nothing for it but to wait for somebody to come back, and no count of rounds brings that nearer.
        if (!this.#picks.mayWait && !this.#picks.mayWaitForRecovery) return undefined;
        this.#picks.forgetAsked();
        grant = this.#waited(await this.#picks.wait());
      }
      this.#log.goesOnTo(grant.deployment);
      const answered = await this.#attempt(grant, ask);
      if (answered !== undefined) return answered;
    }
  }

  /** Asks one deployment, and another beside it when it is silent. Returns `undefined` when somebody else may be asked. */
  #attempt<T>(grant: Grant, ask: Ask<T>): Promise<Answered<T> | undefined> {
    const runner = this.#start(grant, ask);
    const afterMs = this.#hedging && hedgeAfterMs(this.#context.settings.hedge, this.#outcomes.usualMs);
    if (afterMs !== undefined) return this.#race(runner, ask, afterMs);
    const { attempt } = runner;
    return Promise.resolve(runner.answer).then(
      (answer) => ({ attempt, answer }),
      (error: unknown) => {
        const fatal = this.fail(attempt, error);
        if (fatal !== undefined) throw fatal.error;
        return undefined;
      },
    );
  }

  /** What a wait was for. */
  #waited(outcome: Grant | Refusal): Grant {
    const grant = this.#picks.waited(outcome);
    if (grant !== undefined) return grant;
    const error = this.#refused(outcome);
    this.end();
    throw error;
  }

  #start<T>({ deployment, lease }: Grant, ask: Ask<T>): Runner<T> {
    const attempt = new Attempt(deployment, lease, this.#scope, this.#context, {
      isStream: this.#isStream,
      // After the first, the caller may have a stream already that it can leave at any time.
      needsController: this.#hedging !== undefined || (this.#isStream && this.attempts.length > 0),
    });
    return { attempt, answer: attempt.wait(askSafely(ask, attempt)) };
  }

  #race<T>(first: Runner<T>, ask: Ask<T>, afterMs: number): Promise<Answered<T> | undefined> {
    return race(first, {
      clock: this.#context.clock,
      afterMs,
      fail: (attempt, error) => this.fail(attempt, error),
      lose: (attempt, isBeaten) => this.#outcomes.lost(attempt, isBeaten, this.#scope.end),
      overdue: (attempt) => this.#outcomes.overdue(attempt),
      second: (silent) => this.#startSecond(silent, ask),
    });
  }

  #startSecond<T>(silent: Attempt, ask: Ask<T>): Runner<T> | undefined {
    const now = this.#now;
    if (silent.deployment.cooledAt > now && !silent.lease.isProbe) {
      // Others have found out meanwhile that it is down: nothing is to be hoped for from it. What replaces it is one more, too.
      this.#hedging?.take();
      silent.interrupt(silence(silent, now - silent.startedAt));
      return undefined;
    }
    if (this.#hedging?.isSpent !== false) return undefined;
    const grant = this.#picks.beside(silent.deployment);
    if (grant === undefined) return undefined;
    this.#hedging.take();
    this.#log.hedges(silent, grant.deployment, now);
    return this.#start(grant, ask);
  }

  #refused(outcome: Grant | Refusal): unknown {
    if ('thrown' in outcome && outcome.thrown !== undefined) return outcome.thrown.error;
    const refusal = 'refusal' in outcome ? outcome.refusal : 'left';
    // Somebody who is not cooling down is at its limits.
    const isForCapacity = this.#ring.deployments.some(({ cooledAt }) => cooledAt <= this.#now);
    return this.#endedError() ?? this.#exhausted(REFUSALS[refusal], isForCapacity);
  }

  #exhausted(because: string, isForCapacity?: boolean): unknown {
    const pinned = this.#route?.because;
    return this.#log.exhausted(pinned === undefined ? because : `${because}; ${pinned}`, this.#now, isForCapacity);
  }

  /** What the call ends with when it was ended from outside; `undefined` when it was not. */
  #endedError(): unknown {
    const { end } = this.#scope;
    if (end?.by === 'totalTimeout') return this.#exhausted(`The ${end.timeoutMs} ms of totalTimeoutMs are over`);
    return end?.by === 'caller'
      ? (end.reason ?? new DOMException('This operation was aborted', 'AbortError'))
      : undefined;
  }
}
