import type { Deployment } from '../deployment/deployment.ts';
import type { Failure } from '../failure/failure.ts';

/**
 * What a failure means for its call.
 *
 * - `next`: another deployment may do better.
 * - `next-model`: all deployments of this model would say the same; another model may do better.
 * - `same-again`: the call was rewritten, so that the same deployment can take it now.
 * - `give-up`: the request itself is at fault, or the caller has left.
 */
export type Verdict = 'next' | 'next-model' | 'same-again' | 'give-up';

/** An attempt that failed, as far as its call looks at it. */
export interface FailedAttempt {
  readonly deployment: Deployment;
  /** Whether it is certain that there was no request. */
  readonly madeNoRequest: boolean;
}

/** What a failure means once it is known what the call refers to. */
export interface Reclassified {
  readonly failure: Failure;
  /** What comes next, where the failure alone does not tell. */
  readonly verdict?: Verdict | undefined;
}

/** Where one call may go, for reasons that lie in the call itself. */
export interface Route {
  /** The deployments that cannot serve it. */
  readonly excluded: ReadonlySet<Deployment>;
  /** Of some deployments, the one that has stored what the call refers to: asked while it is available, whatever the picker says. */
  ownerAmong(deployments: readonly Deployment[]): Deployment | undefined;
  /** Whether the call goes on from what one deployment alone has stored, known or not, and for which there is no content. */
  readonly isPinned: boolean;
  /** Why no other deployment could be asked, for the error of a call that gives up. */
  readonly reason: string | undefined;
  /** Looks whether a failure lies in what the call refers to. */
  reclassify(error: unknown, failure: Failure, attempt: FailedAttempt): Reclassified;
}
