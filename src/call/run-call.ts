import pRetry from 'p-retry';

import type { Lease } from '../deployment/lease.ts';
import type { Refusal } from '../queue/waiting-call.ts';
import type { LocalView } from '../state/local-view.ts';
import { backOffOptions } from './back-off.ts';
import type { Call } from './call.ts';
import { Candidates } from './candidates.ts';
import { cancelledError, exhausted, refused } from './give-up.ts';
import { hedgedAttempt } from './hedged-attempt.ts';
import type { Answered, AttemptResult, FilteredFailure, Question } from './start-attempt.ts';

/** How a call ended. */
type CallEnd<T> = Answered<T> | { readonly error: unknown };

/**
 * Asks one deployment after the other until one answers, in rounds of the ring. The one way of every call.
 *
 * @throws the caller's reason when it aborts, the SDK's own error when the request is at fault, and otherwise
 * {@link AllEndpointsFailedError}. The call is over then; otherwise the attempt that answered is still open.
 */
export function runCall<T>(call: Call, question: Question<T>): Promise<Answered<T>> {
  return new CallLoop(call, question).run();
}

class CallLoop<T> {
  readonly #call: Call;
  readonly #question: Question<T>;
  readonly #candidates: Candidates;
  /** The last answer that a content filter has emptied. */
  #filtered: FilteredFailure<T> | undefined;

  constructor(call: Call, question: Question<T>) {
    this.#call = call;
    this.#question = question;
    this.#candidates = new Candidates(call);
  }

  // No async functions but where there is a loop: what these keep is most of the memory of a call that waits.
  run(): Promise<Answered<T>> {
    return this.#round().then((end) =>
      end === undefined ? this.#furtherRounds().then((last) => this.#finish(last)) : this.#finish(end),
    );
  }

  #finish(end: CallEnd<T>): Answered<T> {
    if ('answer' in end) return end;
    // When the filters of all deployments had something against it, that is the answer.
    if (this.#filtered !== undefined && end.error === this.#filtered.error) return this.#filtered.filtered;
    this.#call.end(this.#call.cancellation.isAborted ? 'aborted' : 'failure');
    throw end.error;
  }

  async #furtherRounds(): Promise<CallEnd<T>> {
    let end: CallEnd<T> | undefined;
    const repeat = async (round: number): Promise<void> => {
      // The first round is over when p-retry comes in: thousands of calls may wait in it, and p-retry keeps a kilobyte for each.
      if (round > 1) {
        this.#candidates.beginRound();
        end = await this.#round();
      }
      // What has ended the call is not thrown: p-retry would sort it by its type, and replace what is no Error.
      if (end === undefined) throw new Error('No deployment has answered in this round.');
    };
    try {
      await pRetry(repeat, backOffOptions(this.#call, this.#candidates));
    } catch {
      // No further round is worth it, or a wait was aborted. An abort in the moment of an answer does not undo the answer.
    }
    return end ?? this.#giveUp();
  }

  /** Asks each deployment once that can be asked. Returns `undefined` when none of them answered. Never rejects. */
  async #round(): Promise<CallEnd<T> | undefined> {
    try {
      for (;;) {
        const over = this.#over();
        if (over !== undefined) return over;
        let next = this.#candidates.next() as Lease | Refusal | undefined;
        if (next === undefined) {
          if (!this.#candidates.mayWait) return undefined;
          const since = this.#call.now;
          next = await this.#candidates.wait();
          this.#call.waitedMs += this.#call.now - since;
        }
        if ('refusal' in next) {
          if (this.#candidates.goesOnAfter(next)) continue;
          return { error: refused(this.#call, next, this.#candidates) };
        }
        const end = this.#take(await this.#ask(next));
        if (end !== undefined) return end;
      }
    } catch (error) {
      // Credentials are missing, or a picker of the user's threw.
      return { error };
    }
  }

  /** How the call has ended before its next attempt, if it has. */
  #over(): CallEnd<T> | undefined {
    const call = this.#call;
    // A listener to the events may have ended it.
    if (call.cancellation.end !== undefined) return { error: cancelledError(call, this.#candidates) };
    if (!call.mayAskAgain) {
      return { error: exhausted(call, this.#candidates, 'The call has made as many attempts as it may (maxAttempts)') };
    }
    call.context.requireCredentials(call.scope.deployments);
    return undefined;
  }

  // Not in the round: all calls would keep what only those need that share state.
  #ask(lease: Lease): Promise<AttemptResult<T> | undefined> {
    const { shared } = this.#call.context;
    return shared === undefined
      ? hedgedAttempt(this.#call, this.#candidates, lease, this.#question)
      : this.#askAdmitted(shared, lease);
  }

  /** Asks the other processes first. `undefined` when these refuse, or the call has ended meanwhile. */
  async #askAdmitted(shared: LocalView, lease: Lease): Promise<AttemptResult<T> | undefined> {
    const isWanted = (): boolean => this.#call.cancellation.end === undefined;
    const admitted = await shared.admit(lease, this.#candidates.tokens, isWanted);
    return admitted && hedgedAttempt(this.#call, this.#candidates, admitted, this.#question);
  }

  /** What the end of an attempt means for the call; `undefined` when another deployment may be asked. */
  #take(result: AttemptResult<T> | undefined): CallEnd<T> | undefined {
    if (result === undefined || 'answer' in result) return result;
    if ('filtered' in result) this.#filtered = result;
    this.#candidates.failed(result);
    return result.verdict === 'give-up'
      ? { error: cancelledError(this.#call, this.#candidates) ?? result.error }
      : undefined;
  }

  #giveUp(): CallEnd<T> {
    const cancelled = cancelledError(this.#call, this.#candidates);
    if (cancelled !== undefined) return { error: cancelled };
    return { error: exhausted(this.#call, this.#candidates, 'All endpoints failed') };
  }
}
