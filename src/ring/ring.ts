import type { UnavailableRecord } from '../failure/failure.ts';
import type { Revision } from '../gates/revision.ts';
import type { Unit } from '../limits/stated-limits.ts';
import type { CallOptions, ModelKind } from '../sdk.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { EarlyProbes } from './early-probes.ts';
import type { PickRequest } from '../queue/pick-request.ts';
import type { PickContext, Picker } from '../pickers/picker.ts';
import { byAffinity } from '../pickers/rendezvous.ts';
import { ResponseTimes } from './response-times.ts';
import { HangDetector } from './hang-detector.ts';
import { TokenEstimator } from './token-estimator.ts';
import { allowedAt, type Demand } from '../queue/turn-forecast.ts';
import { WaitingLine } from '../queue/waiting-line.ts';
import type { WaitingLines } from '../queue/waiting-lines.ts';
import { whyUnavailable } from './why-unavailable.ts';

/** The part of somebody's quota that may be missing before it matters whose is spent first. */
const SCARCE = 0.5;
/** Milliseconds for which that is not looked at again, unless somebody runs out. */
const SCARCE_MS = 5;
/** For more than these, quotas count as weights only. */
const MANY = 64;

const NOBODY: readonly Deployment[] = [];

/** What a ring is made of. */
export interface RingParts {
  readonly modelId: string;
  readonly kind: ModelKind;
  readonly deployments: readonly Deployment[];
  readonly picker: Picker;
  readonly changes: Revision;
  readonly lines: WaitingLines;
  /** Calls that may wait at once. */
  readonly maxWaiting: number;
  /** Milliseconds between two probes ahead of their time, while everybody is cooling down. */
  readonly earlyProbeMs: number;
}

/** The deployments that can serve one model id. */
export class Ring {
  readonly modelId: string;
  readonly kind: ModelKind;
  readonly deployments: readonly Deployment[];
  readonly #streamTimes = new ResponseTimes();
  readonly #answerTimes = new ResponseTimes();
  readonly silences = new HangDetector();
  readonly tokens = new TokenEstimator();
  /** Calls that wait for somebody to be available. */
  readonly line: WaitingLine;
  readonly #picker: Picker;
  readonly #changes: Revision;
  readonly #earlyProbes: EarlyProbes;
  #seenChange = -1;
  #nextDueAt = Infinity;
  /** Whoever is available, and those of them in the best tier. */
  #available: readonly Deployment[] = NOBODY;
  #best: readonly Deployment[] = NOBODY;
  #isMetered = false;
  #limitsTokens = false;
  #wasScarce = false;
  #scarceUntil = -Infinity;
  /** Shares that follow a limit, when it is known of everybody. */
  #shares: ReadonlyMap<Deployment, number> | undefined;

  constructor({ modelId, kind, deployments, picker, changes, lines, maxWaiting, earlyProbeMs }: RingParts) {
    this.modelId = modelId;
    this.kind = kind;
    this.deployments = deployments;
    this.#picker = picker;
    this.#changes = changes;
    this.#earlyProbes = new EarlyProbes(deployments, earlyProbeMs);
    this.line = new WaitingLine(this, lines, maxWaiting);
    // The first call has to know what is configured.
    this.#lookAtLimits();
  }

  /** Whether tokens have to be estimated before an attempt. */
  get limitsTokens(): boolean {
    return this.#limitsTokens;
  }

  /** Times to the first content of streams, or to the answer of everything else. */
  times(isStream: boolean): ResponseTimes {
    return isStream ? this.#streamTimes : this.#answerTimes;
  }

  /** The first content is there, or the whole answer: remembers how long it took. */
  gotContent(deployment: Deployment, now: number, durationMs: number, isStream: boolean, isInTime: boolean): void {
    deployment.latency.record(now, durationMs);
    this.times(isStream).record(durationMs);
    this.silences.gotContent(deployment, isInTime);
  }

  /** Tokens that a call is expected to use: roughly while there are plenty, and by a closer look at its text when not. */
  estimateTokens(options: CallOptions, now: number): number {
    return this.#limitsTokens ? Math.max(1, this.tokens.estimate(options, this.#isScarce(now))) : 1;
  }

  /** The next deployment to ask, or `undefined` when none is available that would do. */
  pick(now: number, { tokens, avoid, affinityKey, owner }: PickRequest): Deployment | undefined {
    this.#look(now);
    // Not a turn of the picker's: those who refer to nothing keep rotating.
    if (owner !== undefined && avoid?.has(owner) !== true && owner.availableAt(now, tokens) <= now) return owner;
    const isFailover = avoid !== undefined && avoid.size > 0;
    if (!isFailover) {
      // Whoever is next usually has room for the tokens too: looking at all beforehand would cost as much as there are.
      const next = this.#choose(this.#best, now, affinityKey, false);
      if (next === undefined || !this.#limitsTokens || next.hasTokens(now, tokens)) return next;
    }
    const candidates = this.#available.filter(
      (deployment) => avoid?.has(deployment) !== true && deployment.availableAt(now, tokens) <= now,
    );
    return this.#choose(bestTier(candidates), now, affinityKey, isFailover);
  }

  #choose(
    candidates: readonly Deployment[],
    now: number,
    affinityKey: string | undefined,
    isFailover: boolean,
  ): Deployment | undefined {
    if (candidates.length === 0) return undefined;
    const kept = affinityKey === undefined ? undefined : byAffinity(affinityKey, candidates, this.#weightOf);
    return kept ?? this.#picker.pick(candidates, this.#context(now, isFailover));
  }

  /** Whether nobody can be asked before a cooldown ends. */
  isAllCooling(now: number): boolean {
    return this.deployments.every(({ cooledAt }) => cooledAt > now);
  }

  /** Somebody to be probed ahead of time; `undefined` while somebody is available, or is being probed. */
  earlyProbe(now: number, avoid?: ReadonlySet<Deployment>): Deployment | undefined {
    return this.#isAnybodyAvailable(now) ? undefined : this.#earlyProbes.due(now, avoid);
  }

  /** The next moment at which that may be worth it; `Infinity` when there is nobody to probe. */
  earlyProbeAt(now: number, avoid?: ReadonlySet<Deployment>): number {
    return this.#isAnybodyAvailable(now) ? Infinity : this.#earlyProbes.nextAt(now, avoid);
  }

  /** The first moment at which somebody would do; `Infinity` when that depends on an event. */
  availableAt(now: number, { tokens, avoid }: PickRequest): number {
    return this.deployments.reduce(
      (soonest, deployment) =>
        avoid?.has(deployment) === true ? soonest : Math.min(soonest, deployment.availableAt(now, tokens)),
      Infinity,
    );
  }

  /** The time at which the first rate limit ends that is all that keeps its deployment out; `Infinity` when there is none. */
  rateLimitEndsAt(now: number): number {
    return this.deployments.reduce((soonest, deployment) => {
      const endsAt = deployment.rateLimit.cooldown.availableAt;
      return endsAt > now && deployment.cooledAt <= endsAt ? Math.min(soonest, endsAt) : soonest;
    }, Infinity);
  }

  /** Whether somebody who would do may come free at any time: when a probe or another attempt ends. */
  mayComeFree(now: number, { tokens, avoid }: PickRequest): boolean {
    return this.deployments.some(
      (deployment) =>
        !deployment.endpoint.isSkipped &&
        avoid?.has(deployment) !== true &&
        deployment.availableAt(now, tokens) === Infinity,
    );
  }

  /**
   * Whole milliseconds until the first deployment takes calls again, be it for an early probe; `undefined` when one does now, or
   * may at any time.
   */
  retryAfterMs(now: number, avoid?: ReadonlySet<Deployment>): number | undefined {
    const anything = { tokens: 1, avoid };
    const soonest = Math.min(this.availableAt(now, anything), this.earlyProbeAt(now, avoid));
    if (soonest <= now || soonest === Infinity || this.mayComeFree(now, anything)) return undefined;
    return Math.ceil(soonest - now);
  }

  /** Who cannot be asked now, and why. */
  unavailable(now: number, tokens: number): readonly UnavailableRecord[] {
    return this.deployments
      .map((deployment) => whyUnavailable(deployment, now, tokens))
      .filter((record) => record !== undefined);
  }

  /**
   * The first moment at which so many calls may be served by some deployments, as far as limits tell.
   *
   * @param until whoever is out for longer does not count.
   */
  servedAt(wanted: readonly Deployment[], now: number, until: number, { calls, tokens }: Demand): number {
    // What is reserved is more than what is used in the end, and given back.
    const used = Math.min(tokens, calls * (this.tokens.usualTotal ?? Infinity));
    return allowedAt(wanted, now, until, { calls, tokens: used });
  }

  readonly #weightOf = (deployment: Deployment): number => this.#shares?.get(deployment) ?? deployment.endpoint.weight;

  #context(now: number, isFailover: boolean): PickContext {
    const msUntilFull = this.#isScarce(now)
      ? ({ budgets }: Deployment): number =>
          budgets.reduce((longest, budget) => Math.max(longest, budget.msUntilFull(now)), 0)
      : undefined;
    return { now, isFailover, modelId: this.modelId, weightOf: this.#weightOf, msUntilFull };
  }

  /** Whether somebody's quota is going down, so that it matters whose is spent. Too many are not looked at one by one. */
  #isScarce(now: number): boolean {
    if (this.#shares === undefined || this.deployments.length > MANY) return false;
    if (now >= this.#scarceUntil) {
      this.#scarceUntil = now + SCARCE_MS;
      this.#wasScarce = this.deployments.some(({ budgets }) =>
        budgets.some((budget) => budget.missingPart(now) > SCARCE),
      );
    }
    return this.#wasScarce;
  }

  #isAnybodyAvailable(now: number): boolean {
    this.#look(now);
    return this.#available.length > 0;
  }

  #lookAtLimits(): void {
    const { deployments } = this;
    this.#isMetered = deployments.some((deployment) => deployment.isMetered);
    this.#limitsTokens = this.#isMetered && deployments.some((deployment) => knows(deployment, 'tokens'));
    this.#shares = this.#isMetered ? (this.#sharesBy('requests') ?? this.#sharesBy('tokens')) : undefined;
  }

  /** By its weight, and where everybody's quota is known by that too: nobody is picked above its share. */
  #sharesBy(unit: Unit): ReadonlyMap<Deployment, number> | undefined {
    const { deployments } = this;
    if (!deployments.every((deployment) => deployment.endpoint.isSkipped || knows(deployment, unit))) return undefined;
    const shareOf = ({ endpoint, budgets }: Deployment): number => {
      const limits = budgets.flatMap((budget) => (budget.unit === unit && budget.perMinute) || []);
      return endpoint.weight * Math.min(...limits);
    };
    return new Map(deployments.map((deployment) => [deployment, shareOf(deployment)]));
  }

  /** Looks at all deployments, but only when something has changed or come due since. */
  #look(now: number): void {
    if (this.#seenChange === this.#changes.count && now < this.#nextDueAt) return;
    this.#seenChange = this.#changes.count;
    this.#scarceUntil = -Infinity;
    this.#nextDueAt = Infinity;
    this.#lookAtLimits();
    const available: Deployment[] = [];
    for (const deployment of this.deployments) {
      const availableAt = deployment.availableAt(now);
      if (availableAt <= now) available.push(deployment);
      else this.#nextDueAt = Math.min(this.#nextDueAt, availableAt);
    }
    this.#available = available;
    this.#best = bestTier(available);
  }
}

const knows = ({ budgets }: Deployment, unit: Unit): boolean =>
  budgets.some((budget) => budget.unit === unit && budget.isLimited);

/** Those with the lowest priority number. */
function bestTier(available: readonly Deployment[]): readonly Deployment[] {
  if (available.length === 0) return NOBODY;
  const best = available.reduce((least, { endpoint }) => Math.min(least, endpoint.priority), Infinity);
  return available.filter(({ endpoint }) => endpoint.priority === best);
}
