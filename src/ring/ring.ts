import type { Clock } from '../clock.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Revision } from '../gates/revision.ts';
import type { EventEmitter } from '../event-emitter.ts';
import { createPicker } from '../pickers/create-picker.ts';
import type { PickContext, Picker } from '../pickers/picker.ts';
import { byAffinity } from '../pickers/rendezvous.ts';
import { type Demand, earliestStart } from '../queue/forecast.ts';
import { admits, type PickRequest, withoutClaimed } from '../queue/pick-request.ts';
import type { Queue } from '../queue/queue.ts';
import { type CallOptions, isLive, type ModelKind } from '../sdk.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';
import { Availability, bestTier } from './availability.ts';
import { dueEarlyProbe, earlyProbeMs, nextEarlyProbeAt } from './early-probes.ts';
import { HedgeBudget } from './hedge-budget.ts';
import { HangDetector } from './hang-detector.ts';
import { ResponseTimes } from './response-times.ts';
import { Serving } from './serving.ts';
import { SharedQuotas } from './shared-quotas.ts';
import { TokenEstimator } from './token-estimator.ts';

/** What all rings of a fleet share. */
export interface RingContext {
  readonly settings: ResolvedSettings;
  readonly clock: Clock;
  readonly events: EventEmitter;
  readonly revision: Revision;
  /** Calls that wait for a deployment, of this ring and of all others. */
  readonly queue: Queue;
}

const NO_ORDER: readonly string[] = [];

/** The deployments that can serve one model id. */
export class Ring extends Serving {
  readonly modelId: string;
  readonly kind: ModelKind;
  readonly maxWaiting: number;
  readonly queue: Queue;
  /** Whether a model has been made of it. */
  isUsed = false;
  readonly tokens = new TokenEstimator();
  readonly sharedQuotas: SharedQuotas;
  /** For a second attempt beside a silent one; `undefined` where hedging is off. */
  readonly hedgeBudget: HedgeBudget | undefined;
  readonly #streamTimes = new ResponseTimes();
  readonly #answerTimes = new ResponseTimes();
  /** For streams, and for everything else: `undefined` where hangs are not looked for. */
  readonly #streamHangs: HangDetector | undefined;
  readonly #answerHangs: HangDetector | undefined;
  readonly #picker: Picker;
  readonly #availability: Availability;
  readonly #revision: Revision;
  readonly #earlyProbeMs: number;

  constructor(kind: ModelKind, modelId: string, deployments: readonly Deployment[], context: RingContext) {
    super(deployments);
    const { settings, clock, events, revision, queue } = context;
    this.modelId = modelId;
    this.kind = kind;
    this.maxWaiting = settings.maxWaiting;
    this.queue = queue;
    this.sharedQuotas = new SharedQuotas(events);
    this.hedgeBudget = settings.hedge && new HedgeBudget(settings.hedge.maxExtra);
    this.#picker = createPicker(settings.picker, () => clock.random());
    this.#availability = new Availability(deployments, revision);
    this.#revision = revision;
    if (settings.detectHangs) {
      // Live input may be silent for as long as it likes.
      if (!isLive(kind)) this.#streamHangs = new HangDetector(this.#streamTimes, settings.failureThreshold);
      this.#answerHangs = new HangDetector(this.#answerTimes, settings.failureThreshold);
    }
    this.#earlyProbeMs = earlyProbeMs(settings);
  }

  /** Times to the first content of streams, or to the answer of everything else. */
  times(isStream: boolean): ResponseTimes {
    return isStream ? this.#streamTimes : this.#answerTimes;
  }

  /** What watches attempts for hangs, if they are to be watched. */
  hangs(isStream: boolean): HangDetector | undefined {
    return isStream ? this.#streamHangs : this.#answerHangs;
  }

  estimateTokens(options: CallOptions): number {
    return Math.max(1, this.tokens.estimate(options));
  }

  /** The next deployment to ask, or `undefined` when none is available that would do. */
  pick(now: number, request: PickRequest): Deployment | undefined {
    for (;;) {
      const next = this.#pick(now, request, this.#picker);
      if (next === undefined || !this.#isHanging(next, now)) return next;
      next.gates.breaker.hang();
      this.#answerHangs?.forget(next);
      this.#streamHangs?.forget(next);
    }
  }

  #isHanging(deployment: Deployment, now: number): boolean {
    const isHanging = (hangs: HangDetector | undefined): boolean => hangs?.isHanging(deployment, now) === true;
    return isHanging(this.#answerHangs) || isHanging(this.#streamHangs);
  }

  /**
   * Those that a call would be asked of now, one after the other.
   *
   * @param leftOut what the first call will leave out.
   */
  inOrder(now: number, leftOut: ReadonlySet<Endpoint>): readonly Deployment[] {
    const picker = this.#picker.copy();
    const order = new Set<Deployment>();
    const out = new Set(this.deployments.filter(({ endpoint }) => leftOut.has(endpoint)));
    const available = (): Availability =>
      new Availability(
        this.deployments.filter((each) => !out.has(each)),
        this.#revision,
      );
    // The same as the next call's where that is known: a picker may look at its candidates anew when they are others.
    let availability = out.size === 0 ? this.#availability : available();
    let request = withoutClaimed({ tokens: 1 }, this.queue.claimed(this, now, 'interactive') ?? []);
    for (;;) {
      const next = this.#pick(now, request, picker, availability);
      if (next === undefined && request.excluded === order) return [...order];
      if (next !== undefined && this.#isHanging(next, now)) {
        out.add(next);
        availability = available();
        continue;
      }
      if (next !== undefined) order.add(next);
      request = { tokens: 1, excluded: order };
    }
  }

  #pick(
    now: number,
    request: PickRequest,
    picker: Picker,
    availability: Availability = this.#availability,
  ): Deployment | undefined {
    const { tokens, excluded, affinityKey, owner, isPinned, order } = request;
    for (const name of order ?? NO_ORDER) {
      const named = this.deployments.find(({ endpoint }) => endpoint.name === name);
      if (named !== undefined && admits(request, named) && named.isOpen(now, tokens, isPinned)) return named;
    }
    // Not a turn of the picker's: calls that refer to nothing keep rotating.
    if (owner !== undefined && admits(request, owner) && owner.isOpen(now, tokens, isPinned)) return owner;
    const isFailover = excluded !== undefined && excluded.size > 0;
    const context = { now, isFailover, modelId: this.modelId };
    if (!isFailover) {
      // Pick first, check tokens after: the pick nearly always fits, and filtering first would cost O(n).
      const next = choose(availability.best(now), affinityKey, context, picker);
      if (next !== undefined && next.isOpen(now, tokens) && next.holds(tokens)) return next;
    }
    const opens = (deployment: Deployment): boolean =>
      admits(request, deployment) && deployment.isOpen(now, tokens, isPinned);
    let open = availability.all(now).filter(opens);
    // What the call goes on from may be stored at a deployment that is drained.
    if (open.length === 0 && isPinned === true) open = this.deployments.filter(opens);
    const holding = open.filter((deployment) => deployment.holds(tokens));
    return choose(bestTier(holding.length === 0 ? open : holding), affinityKey, context, picker);
  }

  /** A deployment to be probed ahead of time; `undefined` while one is available, or is being probed. */
  earlyProbe(now: number, request: PickRequest): Deployment | undefined {
    return this.#hasAvailable(now) ? undefined : dueEarlyProbe(this.deployments, this.#earlyProbeMs, now, request);
  }

  earlyProbeAt(now: number, request: PickRequest): number | undefined {
    return this.#hasAvailable(now) ? undefined : nextEarlyProbeAt(this.deployments, this.#earlyProbeMs, now, request);
  }

  #hasAvailable(now: number): boolean {
    return this.#availability.all(now).length > 0;
  }

  earliestStart(wanted: readonly Deployment[], now: number, until: number, { calls, tokens }: Demand): number {
    // What is reserved is more than what is used in the end, and given back.
    const { usualTotal } = this.tokens;
    const used = usualTotal === undefined ? tokens : Math.min(tokens, calls * usualTotal);
    return earliestStart(wanted, now, until, { calls, tokens: used });
  }
}

function choose(
  candidates: readonly Deployment[],
  affinityKey: string | undefined,
  context: PickContext,
  picker: Picker,
): Deployment | undefined {
  if (candidates.length === 0) return undefined;
  const kept = affinityKey === undefined ? undefined : byAffinity(affinityKey, candidates);
  return kept ?? picker(candidates, context);
}
