import type { Failure } from '../failure/failure.ts';
import { affinityKey } from '../pickers/affinity-key.ts';
import type { Reclassified } from './route.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { PickRequest } from '../queue/pick-request.ts';
import type { Grant, Refusal } from '../queue/waiter.ts';
import type { CallParts } from './call-parts.ts';

// Most calls succeed at once, and need none of these sets.
const NOBODY: ReadonlySet<Deployment> = new Set();
const withOne = (set: ReadonlySet<Deployment>, one: Deployment): ReadonlySet<Deployment> => new Set(set).add(one);

/** Whom a call asks first, if somebody can be asked now. Those who wait are not overtaken. */
export function firstPick(call: CallParts, now: number): Grant | undefined {
  const open = notOvertaking(call, call.route?.excluded ?? NOBODY, now);
  return open && take(call, needOf(call, now), open, now);
}

/** Whom to avoid beside others in order not to take somebody from a call that waits; `undefined` when that is everybody. */
function notOvertaking(
  { ring }: CallParts,
  avoid: ReadonlySet<Deployment>,
  now: number,
): ReadonlySet<Deployment> | undefined {
  const claimed = ring.line.claimed(now);
  if (claimed === undefined) return undefined;
  return claimed.size === 0 ? avoid : new Set([...avoid, ...claimed]);
}

function needOf({ ring, options, context, route }: CallParts, now: number): PickRequest {
  return {
    tokens: ring.estimateTokens(options, now),
    affinityKey: context.settings.affinity ? affinityKey(options) : undefined,
    owner: route?.owner,
  };
}

function take({ ring }: CallParts, need: PickRequest, avoid: ReadonlySet<Deployment>, now: number): Grant | undefined {
  const deployment = ring.pick(now, avoid.size === 0 ? need : { ...need, avoid });
  return deployment === undefined ? undefined : { deployment, lease: deployment.lease(now, need.tokens) };
}

/** Whom one call asks next: what it has asked already, what it needs, and how long it has waited. */
export class CallPicks {
  readonly #call: CallParts;
  /** Deployments that this call cannot go to, whatever happens. */
  readonly #barred: ReadonlySet<Deployment>;
  /** Those, and the ones that it has failed on. */
  #failed: ReadonlySet<Deployment>;
  /** Of these, those not to be asked again in this round, and those not to be asked again at all. */
  #askedThisRound: ReadonlySet<Deployment>;
  #excluded: ReadonlySet<Deployment>;
  #rounds = 1;
  /** Whether all that this round has heard is when to come again. */
  #heardOnlyLimits = true;
  /** Whether anything was heard that may mend itself. */
  #isHopeful = false;
  #waitedMs = 0;
  #waitsSince = 0;
  #estimated: PickRequest | undefined;

  constructor(call: CallParts) {
    this.#call = call;
    this.#barred = call.route?.excluded ?? NOBODY;
    this.#failed = this.#barred;
    this.#askedThisRound = this.#barred;
    this.#excluded = this.#barred;
  }

  /** Tokens that the call is expected to use; 1 where they are not limited. */
  get tokens(): number {
    return this.#estimated?.tokens ?? 1;
  }

  /** Rounds begun. */
  get rounds(): number {
    return this.#rounds;
  }

  /** Whether a further round is to wait in line and not in a backoff, since all that was heard is when to come again. */
  get heardOnlyLimits(): boolean {
    return this.#heardOnlyLimits;
  }

  /** Not when all that was heard is what no waiting mends, or when nobody is left who may be asked again. */
  get isWorthAnotherRound(): boolean {
    return this.#rounds < this.#call.context.settings.retry.rounds && this.#isHopeful && this.#isAnybodyLeft;
  }

  /** Whether nobody has been asked in this round, so that there is something to wait for. */
  get mayWait(): boolean {
    return this.#askedThisRound.size === this.#excluded.size && this.#isAnybodyLeft;
  }

  /** Whether everybody is cooling down, after something that may mend itself. With one round, a call never comes back. */
  get mayWaitForRecovery(): boolean {
    const mayComeBack = this.#call.context.settings.retry.rounds > 1 && this.#isHopeful && this.#isAnybodyLeft;
    return mayComeBack && this.#call.ring.isAllCooling(this.#call.context.clock.now());
  }

  /** Whoever has been asked may be asked again, in the same round. */
  forgetAsked(): void {
    this.#askedThisRound = this.#excluded;
  }

  beginRound(): void {
    this.#rounds += 1;
    this.#heardOnlyLimits = true;
    this.#askedThisRound = this.#excluded;
  }

  /** A deployment has failed this call. Returns whether somebody may be asked again. */
  failed(deployment: Deployment, { failure, verdict }: Reclassified): boolean {
    if (verdict === 'same-again') return true;
    this.#count(deployment, failure);
    const { class: failureClass, reason } = failure;
    if (failureClass === 'aborted') return false;
    if (failureClass !== 'rejected' || verdict === 'next') return true;
    return reason !== undefined && this.#call.context.settings.failoverOn.has(reason);
  }

  #count(deployment: Deployment, failure: Failure): void {
    this.#failed = withOne(this.#failed, deployment);
    this.#askedThisRound = withOne(this.#askedThisRound, deployment);
    if (failure.class !== 'rate-limited') this.#heardOnlyLimits = false;
    if (failure.class === 'rate-limited' || failure.class === 'retryable') this.#isHopeful = true;
    if (failure.mayAskAgain === false || failure.class === 'rejected')
      this.#excluded = withOne(this.#excluded, deployment);
  }

  /** First whom this call has not failed on, then whom it has not asked in this round. Those who wait are not overtaken. */
  next(): Grant | undefined {
    if (this.#failed === this.#barred) return this.#takeUnclaimed(this.#failed);
    return this.#take(this.#failed) ?? this.#take(this.#askedThisRound);
  }

  /** Somebody to ask beside one that is silent. */
  beside(silent: Deployment): Grant | undefined {
    return this.#takeUnclaimed(withOne(this.#failed, silent));
  }

  /** Whether there is somebody else to ask now. */
  hasOther(than: Deployment): boolean {
    const { ring, context } = this.#call;
    const now = context.clock.now();
    return ring.availableAt(now, { ...this.#need(now), avoid: withOne(this.#failed, than) }) <= now;
  }

  /** Waits until somebody is available, as long as the settings and the call's own end allow. */
  wait(): Promise<Grant | Refusal> {
    const { clock, settings } = this.#call.context;
    this.#waitsSince = clock.now();
    const deadline = Math.min(this.#waitsSince + settings.maxWaitMs - this.#waitedMs, this.#call.scope.endsAt);
    return this.#call.ring.line.wait(this.#waitsSince, {
      need: { ...this.#need(this.#waitsSince), avoid: this.#excluded },
      deadline,
      call: this.#call.scope,
      isReturning: this.#failed !== this.#barred,
    });
  }

  /** A wait is over. Returns what it was for, if it was not in vain. */
  waited(outcome: Grant | Refusal): Grant | undefined {
    this.#waitedMs += this.#call.context.clock.now() - this.#waitsSince;
    return 'lease' in outcome ? outcome : undefined;
  }

  #take(avoid: ReadonlySet<Deployment>): Grant | undefined {
    const now = this.#call.context.clock.now();
    return take(this.#call, this.#need(now), avoid, now);
  }

  #takeUnclaimed(avoid: ReadonlySet<Deployment>): Grant | undefined {
    const open = notOvertaking(this.#call, avoid, this.#call.context.clock.now());
    return open && this.#take(open);
  }

  get #isAnybodyLeft(): boolean {
    return (
      this.#excluded.size === 0 || this.#call.ring.deployments.some((deployment) => !this.#excluded.has(deployment))
    );
  }

  /** Worked out once, and again when an answer to somebody else has shown meanwhile that tokens are limited. */
  #need(now: number): PickRequest {
    const known = this.#estimated;
    if (known !== undefined && (known.tokens > 1 || !this.#call.ring.limitsTokens)) return known;
    this.#estimated = needOf(this.#call, now);
    return this.#estimated;
  }
}
