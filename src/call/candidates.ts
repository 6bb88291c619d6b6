import type { Deployment } from '../deployment/deployment.ts';
import { Lease } from '../deployment/lease.ts';
import { affinityKey } from '../pickers/affinity-key.ts';
import type { PickRequest } from '../queue/pick-request.ts';
import { withoutClaimed } from '../queue/queue.ts';
import type { Refusal } from '../queue/waiting-call.ts';
import type { AttemptFailure } from './attempt-end.ts';
import type { Call } from './call.ts';

// Most calls succeed at once, and need none of these sets.
const NONE: ReadonlySet<Deployment> = new Set();
const withOne = (set: ReadonlySet<Deployment>, one: Deployment): ReadonlySet<Deployment> => new Set(set).add(one);
const union = (one: ReadonlySet<Deployment>, other: ReadonlySet<Deployment>): ReadonlySet<Deployment> =>
  other.size === 0 ? one : new Set([...one, ...other]);

/** The deployments that one call may still ask, and how long it may wait for one. */
export class Candidates {
  readonly #call: Call;
  readonly #barred: ReadonlySet<Deployment>;
  /** Those, and the ones that it has failed on. */
  #failed: ReadonlySet<Deployment>;
  /** Of these, those not to be asked again in this round, and those not to be asked again at all. */
  #askedThisRound: ReadonlySet<Deployment>;
  #excluded: ReadonlySet<Deployment>;
  #rounds = 1;
  #heardOnlyLimits = true;
  #heardOnlyTimes = true;
  /** Whether anything was heard that may pass. */
  #isHopeful = false;
  #request: PickRequest | undefined;

  constructor(call: Call) {
    this.#call = call;
    this.#barred = union(call.route?.excluded ?? NONE, call.wishes?.barred ?? NONE);
    this.#failed = this.#barred;
    this.#askedThisRound = this.#barred;
    this.#excluded = this.#barred;
  }

  /** Tokens that the call is expected to use; 1 where they are not limited. */
  get tokens(): number {
    return this.#request?.tokens ?? 1;
  }

  /** Deployments that this call cannot go to, whatever happens. */
  get barred(): ReadonlySet<Deployment> {
    return this.#barred;
  }

  /** Whether all that this round has heard is when to come again: then a further one waits in the queue, not in a backoff. */
  get heardOnlyLimits(): boolean {
    return this.#heardOnlyLimits;
  }

  /** Not when all that was heard is permanent, or when no deployment is left that may be asked again. */
  get isWorthAnotherRound(): boolean {
    const { mayAskAgain, context } = this.#call;
    return mayAskAgain && this.#rounds < context.settings.retry.rounds && this.#isHopeful && this.#hasDeploymentsLeft;
  }

  /**
   * Whether the call may wait in the queue. In a round in which it has asked a deployment already, the backoff is the wait; but
   * when all deployments are down, there is nothing for it but to wait for one to come back, and no count of rounds brings that
   * nearer. With one round, a call never comes back.
   */
  get mayWait(): boolean {
    if (!this.#hasDeploymentsLeft) return false;
    if (this.#askedThisRound.size === this.#excluded.size) return true;
    const { ring, context, now } = this.#call;
    return context.settings.retry.rounds > 1 && this.#isHopeful && ring.isAllOut(now);
  }

  beginRound(): void {
    // A call that was only told when to come again has been refused by no deployment: maxWaitMs alone ends its waiting.
    if (!this.#heardOnlyTimes) this.#rounds += 1;
    this.#heardOnlyLimits = true;
    this.#heardOnlyTimes = true;
    this.#askedThisRound = this.#excluded;
  }

  /** An attempt of the call has failed. */
  failed({ attempt: { deployment }, failure, verdict, isFinal }: AttemptFailure): void {
    if (verdict === 'same-again') return;
    this.#failed = withOne(this.#failed, deployment);
    this.#askedThisRound = withOne(this.#askedThisRound, deployment);
    if (failure.class !== 'rate-limited') this.#heardOnlyLimits = false;
    if (failure.class !== 'rate-limited' || !failure.retryAfterMs) this.#heardOnlyTimes = false;
    if (failure.class === 'rate-limited' || failure.class === 'retryable') this.#isHopeful = true;
    if (isFinal || failure.class === 'rejected') this.#excluded = withOne(this.#excluded, deployment);
  }

  /**
   * A lease of the next deployment to ask: first one that this call has not failed on, then one that it has not asked in this
   * round. A first attempt does not overtake calls that wait.
   */
  next(): Lease | undefined {
    if (this.#failed === this.#barred) return this.#pickUnclaimed(this.#failed);
    return this.#pick(this.#failed) ?? this.#pick(this.#askedThisRound);
  }

  /** A lease of a deployment to ask beside one that is silent. */
  nextHedge(silent: Deployment): Lease | undefined {
    return this.#pickUnclaimed(withOne(this.#failed, silent));
  }

  /** Whether there is another deployment to ask now. */
  hasOther(than: Deployment): boolean {
    const { ring, now } = this.#call;
    return ring.opens(now, { ...this.#requestNow(now), excluded: withOne(this.#failed, than) }) === 'now';
  }

  /** Waits until a deployment is available, as long as the settings and the call's own end allow. */
  wait(): Promise<Lease | Refusal> {
    const call = this.#call;
    const { ring, context, cancellation, now } = call;
    this.#askedThisRound = this.#excluded;
    context.events.emit('waiting', () => ({ callId: call.id, modelId: ring.modelId }));
    const maxWaitMs = Math.min(context.settings.maxWaitMs, call.wishes?.maxWaitMs ?? context.settings.maxWaitMs);
    const latest = now + maxWaitMs - call.waitedMs;
    return ring.queue.wait(now, {
      ring,
      request:
        this.#excluded.size === 0 ? this.#requestNow(now) : { ...this.#requestNow(now), excluded: this.#excluded },
      deadline: Math.min(latest, cancellation.endsAt ?? latest),
      cancellation,
      isReturning: this.#failed !== this.#barred,
    });
  }

  #pickUnclaimed(excluded: ReadonlySet<Deployment>): Lease | undefined {
    const { ring, now } = this.#call;
    const claimed = ring.queue.claimed(ring, now);
    return claimed && this.#pick(excluded, claimed);
  }

  #pick(excluded: ReadonlySet<Deployment>, claimed: readonly Deployment[] = []): Lease | undefined {
    const { ring, now } = this.#call;
    const request = this.#requestNow(now);
    const open = withoutClaimed(excluded.size === 0 ? request : { ...request, excluded }, claimed);
    const deployment = ring.pick(now, open);
    return deployment && new Lease(deployment, now, request.tokens);
  }

  get #hasDeploymentsLeft(): boolean {
    const { deployments } = this.#call.ring;
    return this.#excluded.size === 0 || deployments.some((deployment) => !this.#excluded.has(deployment));
  }

  /** Worked out once, and again when an answer to another call has shown meanwhile that tokens are limited. */
  #requestNow(now: number): PickRequest {
    const { ring, options, context, route, wishes } = this.#call;
    const known = this.#request;
    if (known !== undefined && (known.tokens > 1 || !ring.limitsTokens)) return known;
    const { order } = wishes ?? {};
    this.#request = {
      tokens: ring.estimateTokens(options, now),
      affinityKey: context.settings.affinity ? affinityKey(options) : undefined,
      owner: route?.owner,
      isPinned: route?.isPinned,
      ...(order && { order }),
    };
    return this.#request;
  }
}
