import { readUsage } from '../ring/usage.ts';
import { Attempt } from './attempt.ts';
import { CallLog } from './call-log.ts';
import { CallParts } from './call-parts.ts';
import { firstPick } from './call-picks.ts';
import { type Answered, type Ask, askSafely, Failover } from './failover.ts';

type Headers = Readonly<Record<string, string>> | undefined;

/**
 * One call of ours. Most take one attempt, and what is here is all that runs for them: whatever else a call may need is made when
 * it is needed.
 */
export class BalancedCall extends CallParts {
  #made: Failover | undefined;

  /** Attempts that a call took which has succeeded. */
  get attemptCount(): number {
    return this.#made?.attempts.length ?? 1;
  }

  /** Whether the caller has aborted. */
  get isAborted(): boolean {
    return this.scope.end?.by === 'caller';
  }

  /**
   * Asks one deployment after the other until one answers.
   *
   * @param take what is to be made of the answer.
   * @throws the caller's reason when it aborts, the SDK's own error when the request is at fault, and otherwise
   * {@link AllEndpointsFailedError}. The call is over then.
   */
  answer<T, Taken>(ask: Ask<T>, take: (answered: Answered<T>) => Taken | Promise<Taken>): Promise<Taken> {
    try {
      if (this.scope.end !== undefined) throw this.#failover.endedError();
      this.context.requireCredentials(this.ring.deployments);
      if (this.hedging !== undefined) return this.#failover.answer(ask).then(take);
      const grant = firstPick(this, this.#now);
      if (grant === undefined) return this.#failover.wait(ask).then(take);
      const attempt = new Attempt(this, grant, false);
      return Promise.resolve(attempt.wait(askSafely(ask, attempt))).then(
        (answer) => take({ attempt, answer }),
        (error: unknown) => this.#failover.goOn(attempt, error, ask).then(take),
      );
    } catch (error) {
      this.end();
      return Promise.reject(error);
    }
  }

  /** What an attempt brought is no answer: asks the others. Rejects as {@link answer} does. */
  goOn<T>(attempt: Attempt, error: unknown, ask: Ask<T>): Promise<Answered<T>> {
    return this.#failover.goOn(attempt, error, ask);
  }

  /** The first content is there: remembers how long it took, and what the service says of its limits. */
  gotContent(attempt: Attempt, headers: Headers): void {
    this.#gotContent(attempt, headers, this.#now);
    attempt.lease.answered();
  }

  /** A stream that has begun has brought all that was asked for. The call is over. */
  succeed(attempt: Attempt, usage: unknown): void {
    this.#succeed(attempt, usage, this.#now);
  }

  /** The whole answer came at once. The call is over. */
  gotAnswer(attempt: Attempt, headers: Headers, usage: unknown): void {
    const now = this.#now;
    this.#gotContent(attempt, headers, now);
    this.#succeed(attempt, usage, now);
  }

  /** The caller leaves: interrupts whatever is under way. */
  stop(reason: unknown): void {
    this.scope.stop(reason);
  }

  /** An attempt failed. Returns the error that ends the call, or `undefined` when somebody else may be asked. */
  fail(attempt: Attempt, error: unknown): { readonly error: unknown } | undefined {
    return this.#failover.fail(attempt, error);
  }

  /** The call is over. */
  end(): void {
    this.scope.dispose();
  }

  get #now(): number {
    return this.context.clock.now();
  }

  get #failover(): Failover {
    return (this.#made ??= new Failover(this));
  }

  #gotContent(attempt: Attempt, headers: Headers, now: number): void {
    const { deployment, lease } = attempt;
    attempt.gotContent();
    lease.heard(headers, now);
    this.ring.gotContent(deployment, now, now - attempt.startedAt, this.isStream, !attempt.isOverdue);
  }

  #succeed(attempt: Attempt, usage: unknown, now: number): void {
    const { ring, context } = this;
    this.end();
    attempt.end();
    // Told before what it causes.
    if (this.#made !== undefined) this.#made.succeeded(attempt, now);
    else if (context.events.isHeard('attempt')) new CallLog(ring, context.events).recordSuccess(attempt, now);
    const used = readUsage(usage);
    attempt.lease.succeed(now, used.totalTokens);
    if (ring.limitsTokens) ring.tokens.learn(used);
  }
}
