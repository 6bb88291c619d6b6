import type { AttemptRecord } from '../failure/failure.ts';
import type { Grant, Refusal } from '../queue/waiter.ts';
import { Attempt } from './attempt.ts';
import { AttemptOutcomes } from './attempt-outcomes.ts';
import { backOff } from './back-off.ts';
import { CallLog, refusalText } from './call-log.ts';
import type { CallParts } from './call-parts.ts';
import { CallPicks } from './call-picks.ts';
import { race, type Runner } from './race.ts';
import { hedgeAfterMs, silence } from './silence.ts';

/** An answer, and the attempt that it came from, which is still open. */
export interface Answered<T> {
  readonly attempt: Attempt;
  readonly answer: T;
}

/** Asks the deployment of an attempt. */
export type Ask<T> = (attempt: Attempt) => PromiseLike<T>;

/** What `ask` throws at once is a failure of the attempt too. */
export function askSafely<T>(ask: Ask<T>, attempt: Attempt): PromiseLike<T> {
  try {
    return ask(attempt);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** What a call needs that does not get by with one attempt: the attempts it takes until one answers, in rounds of the ring. */
export class Failover {
  readonly #call: CallParts;
  readonly #log: CallLog;
  readonly #outcomes: AttemptOutcomes;
  readonly #picks: CallPicks;

  constructor(call: CallParts) {
    this.#call = call;
    this.#log = new CallLog(call.ring, call.context.events);
    this.#outcomes = new AttemptOutcomes(call, this.#log);
    this.#picks = new CallPicks(call);
  }

  /** The attempts that have ended. */
  get attempts(): readonly AttemptRecord[] {
    return this.#log.attempts;
  }

  /** Asks one deployment after the other until one answers. */
  answer<T>(ask: Ask<T>): Promise<Answered<T>> {
    const grant = this.#picks.next();
    return grant === undefined ? this.wait(ask) : this.#first(grant, ask);
  }

  /** The same where nobody can be asked now. */
  wait<T>(ask: Ask<T>): Promise<Answered<T>> {
    if (!this.#picks.mayWait) return this.#rounds(ask);
    return this.#picks.wait().then((outcome) => this.#first(this.#waited(outcome), ask));
  }

  /** The first attempt has failed. */
  async goOn<T>(first: Attempt, error: unknown, ask: Ask<T>): Promise<Answered<T>> {
    const fatal = this.fail(first, error);
    if (fatal !== undefined) throw this.#endWith(fatal.error);
    return this.#rounds(ask);
  }

  /** The call has succeeded. */
  succeeded(attempt: Attempt, now: number): void {
    this.#log.recordSuccess(attempt, now);
  }

  /**
   * An attempt failed: classifies it, and settles its lease.
   *
   * @returns the error that ends the call, or `undefined` when somebody else may be asked.
   */
  fail(attempt: Attempt, error: unknown): { readonly error: unknown } | undefined {
    attempt.drop(error);
    const { end } = this.#call.scope;
    if (end !== undefined) {
      this.#outcomes.ended(attempt, end, error);
      this.#call.scope.dispose();
      // After content nobody has been given up: the reader gets what ended it.
      return { error: attempt.hasContent && end.by === 'totalTimeout' ? error : this.endedError() };
    }
    return this.#picks.failed(attempt.deployment, this.#outcomes.failed(attempt, error)) ? undefined : { error };
  }

  /** What the call ends with when it was ended from outside; `undefined` when it was not. */
  endedError(): unknown {
    const { end } = this.#call.scope;
    if (end?.by === 'totalTimeout') return this.#exhausted(`The ${end.timeoutMs} ms of totalTimeoutMs are over`);
    return end?.by === 'caller'
      ? (end.reason ?? new DOMException('This operation was aborted', 'AbortError'))
      : undefined;
  }

  get #now(): number {
    return this.#call.context.clock.now();
  }

  #endWith(error: unknown): unknown {
    this.#call.scope.dispose();
    return error;
  }

  #backOff<T>(ask: Ask<T>): Promise<Answered<T>> {
    const { context, ring, scope } = this.#call;
    return backOff(
      {
        retry: context.settings.retry,
        clock: context.clock,
        scope,
        roundsDone: this.#picks.rounds,
        isWorthAnother: () => this.#picks.isWorthAnotherRound,
        soonestMs: () => ring.rateLimitEndsAt(this.#now) - this.#now,
        giveUp: () => this.endedError() ?? this.#exhausted('All endpoints failed'),
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

  // Neither this nor what leads here is an async function: what these keep while they wait would be as large as all else of a
  // call, and thousands may wait.
  #first<T>(grant: Grant, ask: Ask<T>): Promise<Answered<T>> {
    return this.#attempt(grant, ask).then(
      (answered) => answered ?? this.#rounds(ask),
      (error: unknown) => {
        throw this.#endWith(error);
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
      throw this.#endWith(error);
    }
  }

  /** Asks everybody who can be asked and was not yet, each once. Returns `undefined` when none of them answered. */
  async #round<T>(ask: Ask<T>): Promise<Answered<T> | undefined> {
    for (;;) {
      // A listener to the events may have ended it.
      if (this.#call.scope.end !== undefined) throw this.endedError();
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
    const { hedging, context } = this.#call;
    const runner = this.#start(grant, ask);
    const afterMs = hedging && hedgeAfterMs(context.settings.hedge, this.#outcomes.usualMs);
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
    throw this.#endWith(this.#refused(outcome));
  }

  #start<T>(grant: Grant, ask: Ask<T>): Runner<T> {
    const { hedging, isStream } = this.#call;
    // After the first, the caller may have a stream already that it can leave at any time.
    const attempt = new Attempt(this.#call, grant, hedging !== undefined || (isStream && this.attempts.length > 0));
    return { attempt, answer: attempt.wait(askSafely(ask, attempt)) };
  }

  #race<T>(first: Runner<T>, ask: Ask<T>, afterMs: number): Promise<Answered<T> | undefined> {
    const { context, scope } = this.#call;
    return race(first, {
      clock: context.clock,
      afterMs,
      fail: (attempt, error) => this.fail(attempt, error),
      lose: (attempt, isBeaten) => this.#outcomes.lost(attempt, isBeaten, scope.end),
      isOver: () => scope.end !== undefined,
      overdue: (attempt) => this.#outcomes.overdue(attempt),
      second: (silent) => this.#startSecond(silent, ask, afterMs),
    });
  }

  #startSecond<T>(silent: Attempt, ask: Ask<T>, afterMs: number): Runner<T> | undefined {
    const { hedging } = this.#call;
    const now = this.#now;
    const isDown = silent.deployment.cooledAt > now && !silent.lease.isProbe;
    if (isDown && this.#picks.hasOther(silent.deployment)) {
      // Others have found out meanwhile that it is down: little is to be hoped for from it. What replaces it is one more, too.
      hedging?.take();
      silent.interrupt(silence(silent, now - silent.startedAt));
      return undefined;
    }
    if (hedging?.affords((now - silent.startedAt) / afterMs) !== true) return undefined;
    const grant = this.#picks.beside(silent.deployment);
    if (grant === undefined) return undefined;
    hedging.take();
    this.#log.hedges(silent, grant.deployment, now);
    return this.#start(grant, ask);
  }

  #refused(outcome: Grant | Refusal): unknown {
    if ('thrown' in outcome && outcome.thrown !== undefined) return outcome.thrown.error;
    const refusal = 'refusal' in outcome ? outcome.refusal : 'left';
    const { ring, route } = this.#call;
    // Somebody who is not cooling down is at its limits.
    const isForCapacity = ring.deployments.some(
      (deployment) => route?.excluded.has(deployment) !== true && deployment.cooledAt <= this.#now,
    );
    return this.endedError() ?? this.#exhausted(refusalText(refusal, isForCapacity), isForCapacity);
  }

  #exhausted(reason: string, isForCapacity = false): unknown {
    const { ring, route } = this.#call;
    const now = this.#now;
    const pinned = route?.reason;
    return this.#log.exhausted(pinned === undefined ? reason : `${reason}; ${pinned}`, {
      retryAfterMs: ring.retryAfterMs(now, route?.excluded),
      isForCapacity,
      unavailable: ring.unavailable(now, this.#picks.tokens),
    });
  }
}
