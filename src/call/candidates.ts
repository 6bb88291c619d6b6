import type { Deployment } from '../deployment/deployment.ts';
import { Lease } from '../deployment/lease.ts';
import { affinityKey } from '../pickers/affinity-key.ts';
import { type PickRequest, urgencyOf, withoutClaimed } from '../queue/pick-request.ts';
import type { Chain } from '../ring/chain.ts';
import type { Refusal } from '../queue/waiting-call.ts';
import { AskedDeployments } from './asked-deployments.ts';
import { withOne } from './deployments.ts';
import type { AttemptFailure } from './attempt-end.ts';
import type { Call } from './call.ts';

/** The deployments that one call may still ask, and how long it may wait for one. */
export class Candidates {
  readonly #call: Call;
  readonly #asked: AskedDeployments;
  /** Of the models of the call, the one that it is at. */
  #link = 0;
  #request: PickRequest | undefined;

  constructor(call: Call) {
    this.#call = call;
    this.#asked = new AskedDeployments(call.barred);
  }

  get tokens(): number {
    return this.#request?.tokens ?? 1;
  }

  /** Whether all that this round has heard is when to come again: then a further one waits in the queue, not in a backoff. */
  get heardOnlyLimits(): boolean {
    return this.#asked.heardOnlyLimits;
  }

  /** Not when all that was heard is permanent, or when no deployment is left that may be asked again. */
  get isWorthAnotherRound(): boolean {
    const { mayAskAgain, context } = this.#call;
    const { rounds, isHopeful } = this.#asked;
    return mayAskAgain && rounds < context.settings.retry.rounds && isHopeful && this.#hasDeploymentsLeft;
  }

  /**
   * Whether the call may wait in the queue. In a round in which it has asked a deployment already, the backoff is the wait; but
   * when all deployments are down, there is nothing for it but to wait for one to come back, and no count of rounds brings that
   * nearer. With one round, a call never comes back.
   */
  get mayWait(): boolean {
    if (!this.#hasDeploymentsLeft) return false;
    if (this.#asked.isNewRound || this.#waitsForModelMs > 0) return true;
    const { scope, context, now } = this.#call;
    return context.settings.retry.rounds > 1 && this.#asked.isHopeful && scope.isAllOut(now);
  }

  beginRound(): void {
    this.#asked.beginRound();
    this.#goTo(0);
  }

  failed(failure: AttemptFailure): void {
    if (failure.verdict === 'same-again') return;
    this.#asked.add(failure, this.#fallbackLeftMs > 0);
    if (failure.verdict === 'next-model') this.#asked.leave(this.#call.ring.deployments);
  }

  /**
   * A lease of the next deployment to ask: first one that this call has not failed on, then one that it has not asked in this
   * round; of the first model that has one, unless the call waits for that model. A first attempt does not overtake calls that wait.
   */
  next(): Lease | undefined {
    if (this.#call.chain === undefined) return this.#nextOfRing();
    this.#goTo(this.#link);
    for (;;) {
      const lease = this.#nextOfRing();
      if (lease !== undefined || this.#waitsForModelMs > 0 || !this.#goOn()) return lease;
    }
  }

  /** Whether the call, which has waited for a model in vain, can go on to another one. */
  goesOnAfter({ refusal }: Refusal): boolean {
    return refusal !== 'cancelled' && refusal !== 'picker-failed' && this.#goOn();
  }

  #goOn(): boolean {
    const isLast = this.#link + 1 >= (this.#call.chain?.rings.length ?? 1);
    if (!isLast) this.#goTo(this.#link + 1);
    return !isLast;
  }

  #goTo(link: number): void {
    const { chain } = this.#call;
    this.#link = link;
    const ring = chain?.rings[link];
    if (ring === undefined || ring === this.#call.ring) return;
    this.#call.ring = ring;
    this.#request = undefined;
  }

  get #maxWaitMs(): number {
    const { context, wishes } = this.#call;
    const maxWaitMs = context.settings.maxWaitMs[wishes?.urgency ?? 'interactive'];
    return Math.min(maxWaitMs, wishes?.maxWaitMs ?? maxWaitMs);
  }

  /** Milliseconds that the call may wait for the models before the last; the same for all of them together. */
  get #fallbackLeftMs(): number {
    const { chain, context, waitedMs, wishes } = this.#call;
    if (chain === undefined || this.#link === chain.rings.length - 1) return 0;
    const { fallbackAfterMs } = context.settings;
    return (wishes?.urgency === 'background' ? this.#maxWaitMs : Math.min(fallbackAfterMs, this.#maxWaitMs)) - waitedMs;
  }

  /** Milliseconds that the call waits for the model that it is at; none when that is out, or has failed it wherever it is. */
  get #waitsForModelMs(): number {
    const { ring, now } = this.#call;
    const leftMs = this.#fallbackLeftMs;
    const isVain =
      leftMs <= 0 || ring.isAllOut(now) || ring.deployments.every((each) => this.#asked.thisRound.has(each));
    return isVain ? 0 : leftMs;
  }

  #nextOfRing(): Lease | undefined {
    const { isFirst, failed, thisRound } = this.#asked;
    return isFirst ? this.#pickUnclaimed(failed) : (this.#pick(failed) ?? this.#pick(thisRound));
  }

  /** A lease of a deployment to ask beside one that is silent. */
  nextHedge(silent: Deployment): Lease | undefined {
    return this.#pickUnclaimed(withOne(this.#asked.failed, silent));
  }

  /** Whether there is another deployment to ask now. */
  hasOther(than: Deployment): boolean {
    const { scope, now } = this.#call;
    return scope.opens(now, { ...this.#currentRequest, excluded: withOne(this.#asked.failed, than) }) === 'now';
  }

  /** Waits until a deployment is available, as long as the settings and the call's own end allow. */
  wait(): Promise<Lease | Refusal> {
    const call = this.#call;
    const { chain, context, cancellation, now } = call;
    const modelWaitMs = this.#waitsForModelMs;
    if (modelWaitMs === 0) this.#asked.allowAgain();
    const excluded = this.#asked.thisRound;
    context.events.emit('waiting', () => call.label);
    const latest = now + (modelWaitMs || this.#maxWaitMs - call.waitedMs);
    const waits = {
      ring: modelWaitMs > 0 ? call.ring : call.scope,
      request: this.#waitRequest(modelWaitMs > 0 ? undefined : chain, excluded),
      // A whole number takes less memory.
      deadline: Math.ceil(Math.min(latest, cancellation.endsAt ?? latest)),
      cancellation,
      // A call that was served and found another process before it keeps its place.
      isReturning: !this.#asked.isFirst || call.waitedMs > 0,
    };
    const waited = call.ring.queue.wait(now, waits);
    // No promise more for a call that cannot go on to another model.
    return chain === undefined || modelWaitMs > 0 ? waited : waited.then((end) => this.#arrive(chain, end));
  }

  #waitRequest(chain: Chain | undefined, excluded: ReadonlySet<Deployment>): PickRequest {
    const request = this.#currentRequest;
    if (chain === undefined) return excluded.size === 0 ? request : { ...request, excluded };
    return { ...request, tokens: chain.estimateTokens(this.#call.options), excluded };
  }

  /** The call has waited for all its models at once. It looks at the first of them again when this attempt fails. */
  #arrive(chain: Chain, waited: Lease | Refusal): Lease | Refusal {
    if ('refusal' in waited) return waited;
    this.#goTo(0);
    this.#call.ring = chain.ringOf(waited.deployment);
    this.#request = undefined;
    return waited;
  }

  #pickUnclaimed(excluded: ReadonlySet<Deployment>): Lease | undefined {
    const { ring, now } = this.#call;
    const urgency = urgencyOf(this.#currentRequest);
    const claimed = ring.queue.claimed(ring, now, urgency);
    const lease = claimed && this.#pick(excluded, claimed);
    if (lease !== undefined) ring.queue.passed(ring, urgency, now);
    return lease;
  }

  #pick(excluded: ReadonlySet<Deployment>, claimed: readonly Deployment[] = []): Lease | undefined {
    const { ring, now } = this.#call;
    const request = this.#currentRequest;
    const open = withoutClaimed(excluded.size === 0 ? request : { ...request, excluded }, claimed);
    const deployment = ring.pick(now, open);
    return deployment && new Lease(deployment, now, request.tokens);
  }

  get #hasDeploymentsLeft(): boolean {
    const { deployments } = this.#call.scope;
    const { excluded } = this.#asked;
    return excluded.size === 0 || deployments.some((deployment) => !excluded.has(deployment));
  }

  get #currentRequest(): PickRequest {
    this.#request ??= this.#makeRequest();
    return this.#request;
  }

  #makeRequest(): PickRequest {
    const { ring, options, context, route, wishes } = this.#call;
    const request: PickRequest = {
      tokens: ring.estimateTokens(options),
      affinityKey: context.settings.affinity ? affinityKey(options) : undefined,
      owner: route?.ownerAmong(ring.deployments),
      isPinned: route?.isPinned,
    };
    // Nothing more for the calls that say nothing.
    return wishes === undefined ? request : { ...request, order: wishes.order, urgency: wishes.urgency };
  }
}
