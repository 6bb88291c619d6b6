import type { Lease } from '../deployment/lease.ts';
import { Attempt } from './attempt.ts';
import { fail, type AttemptFailure } from './attempt-end.ts';
import type { Call } from './call.ts';

/** An answer, and the attempt that it came from, which is still open. */
export interface Answered<T> {
  readonly attempt: Attempt;
  readonly answer: T;
}

/** How a call asks a deployment, and what it takes for an answer. */
export interface Question<T> {
  /** Asks the deployment of an attempt. */
  ask(attempt: Attempt): PromiseLike<T>;
  /** Headers of an answer. */
  headersOf(answer: T): unknown;
  /** The error of an answer that says that it failed, or holds nothing of what was asked for. */
  failureOf?(answer: T): unknown;
  /** Whether a content filter has left nothing of an answer, so that another deployment may do better. */
  readonly isFiltered?: ((answer: T) => boolean) | undefined;
}

/** An answer that a content filter emptied: when the filters of all deployments had something against it, that is the answer. */
export interface FilteredFailure<T> extends AttemptFailure {
  readonly filtered: Answered<T>;
}

/** How an attempt came out: with an answer, or failed. */
export type AttemptResult<T> = Answered<T> | AttemptFailure | FilteredFailure<T>;

/** An attempt under way. Its result never rejects. */
export interface RunningAttempt<T> {
  readonly attempt: Attempt;
  readonly result: Promise<AttemptResult<T>>;
}

/** Asks a deployment. */
export function startAttempt<T>(call: Call, lease: Lease, question: Question<T>, isHedge = false): RunningAttempt<T> {
  const attempt = new Attempt(call, lease, isHedge);
  const result = attempt.wait(ask(question, attempt)).then(
    (answer) => toResult(attempt, answer, question),
    (error: unknown) => fail(attempt, error),
  );
  return { attempt, result };
}

/** What `ask` throws at once is a failure of the attempt too, and a model that was handed in may return what is no promise. */
function ask<T>(question: Question<T>, attempt: Attempt): Promise<T> {
  try {
    return Promise.resolve(question.ask(attempt));
  } catch (error) {
    return Promise.reject(error);
  }
}

function toResult<T>(attempt: Attempt, answer: T, question: Question<T>): AttemptResult<T> {
  if (typeof answer !== 'object' || answer === null) return fail(attempt, noAnswer(attempt, answer));
  try {
    // What throws when it is looked at is no answer, now or later.
    Object.values(answer);
    const failure = question.failureOf?.(answer);
    if (failure !== undefined) return fail(attempt, failure);
    if (question.isFiltered?.(answer))
      return { ...fail(attempt, new FilteredAnswerError()), filtered: { attempt, answer } };
    attempt.content(question.headersOf(answer));
    return { attempt, answer };
  } catch (error) {
    return fail(attempt, error);
  }
}

/** A provider that was handed in may return anything. What is no answer is a failure, which the next endpoint can make good. */
const noAnswer = ({ deployment: { endpoint } }: Attempt, given: unknown): TypeError =>
  new TypeError(`The provider of endpoint "${endpoint.name}" returned ${String(given)} instead of an answer.`);

/** In the shape in which services reject a filtered prompt, so that it is classified like one. */
class FilteredAnswerError extends Error {
  readonly error = { code: 'content_filter' };

  constructor() {
    super('The answer was emptied by a content filter.');
  }
}
