import type { Deployment } from '../deployment/deployment.ts';
import type { AttemptFailure } from './attempt-end.ts';
import { type Deployments, union, withOne } from './deployments.ts';

/** What one call has heard from the deployments that it has asked, round by round. */
export class AskedDeployments {
  /** Those that the call cannot go to, and the ones that it has failed on. */
  failed: Deployments;
  /** Of these, those not to be asked again in this round, and those not to be asked again at all. */
  thisRound: Deployments;
  excluded: Deployments;
  rounds = 1;
  /** Whether anything was heard that may pass. */
  isHopeful = false;
  /** The least telling that this round has heard: when to come again, a rate limit without a time, or more than that. */
  #heard: 'times' | 'limits' | 'more' = 'times';

  constructor(barred: Deployments) {
    this.failed = barred;
    this.thisRound = barred;
    this.excluded = barred;
  }

  /** Whether the call has failed nowhere yet. */
  get isFirst(): boolean {
    return this.failed === this.excluded;
  }

  get isNewRound(): boolean {
    return this.thisRound.size === this.excluded.size;
  }

  /** Then a further round waits in the queue, not in a backoff. */
  get heardOnlyLimits(): boolean {
    return this.#heard !== 'more';
  }

  beginRound(): void {
    // A call that was only told when to come again has been refused by no deployment: maxWaitMs alone ends its waiting.
    if (this.#heard !== 'times') this.rounds += 1;
    this.#heard = 'times';
    this.allowAgain();
  }

  /** What has failed in this round may be asked again. */
  allowAgain(): void {
    this.thisRound = this.excluded;
  }

  /** @param waitsForLimits whether a rate limit may end before the call goes on to another model. */
  add({ attempt: { deployment }, failure, isFinal }: AttemptFailure, waitsForLimits: boolean): void {
    const isLimited = failure.class === 'rate-limited';
    const isRefused = failure.class === 'misconfigured';
    // What has served before may refuse for a moment. One more look shows: a key that was revoked must not keep calls waiting.
    const isRefusedAgain = isRefused && this.failed.has(deployment);
    const mayPass = isRefused && deployment.gates.breaker.hasServed;
    this.failed = withOne(this.failed, deployment);
    if (!isLimited || !waitsForLimits) this.thisRound = withOne(this.thisRound, deployment);
    if (!isLimited) this.#heard = 'more';
    else if (!failure.retryAfterMs && this.#heard === 'times') this.#heard = 'limits';
    if (isLimited || failure.class === 'retryable' || mayPass) this.isHopeful = true;
    if (isFinal || isRefusedAgain || failure.class === 'rejected') this.excluded = withOne(this.excluded, deployment);
  }

  /** The call goes on without them. */
  leave(deployments: readonly Deployment[]): void {
    const all = new Set(deployments);
    this.failed = union(this.failed, all);
    this.thisRound = union(this.thisRound, all);
    this.excluded = union(this.excluded, all);
  }
}
