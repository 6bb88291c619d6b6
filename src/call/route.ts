import type { Failure } from '../failure/failure.ts';
import type { Deployment } from '../deployment/deployment.ts';

/** An attempt that failed, as far as its call looks at it. */
export interface FailedAttempt {
  readonly deployment: Deployment;
  /** Whether it is certain that there was no request. */
  readonly madeNoRequest: boolean;
}

/** Where one call may go, for reasons that lie in the call itself. */
export interface CallRoute {
  /** Who cannot serve it. */
  readonly excluded: ReadonlySet<Deployment>;
  /** Whoever has stored what the call refers to: asked while it is available, whoever's turn it is. */
  readonly owner: Deployment | undefined;
  /** Why nobody else could be asked, for the error of a call that gives up. */
  readonly reason: string | undefined;
  /** Looks whether a failure lies in what the call refers to. */
  judge(error: unknown, failure: Failure, attempt: FailedAttempt): Failure;
}

/** Whether the call has been changed since, so that the same deployment can take it now. */
export const isMended = ({ reason, mayAskAgain }: Failure): boolean =>
  reason === 'unknown-reference' && mayAskAgain === true;
