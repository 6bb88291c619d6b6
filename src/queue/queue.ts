import type { Clock, TimerHandle } from '../clock.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { Lease } from '../deployment/lease.ts';
import type { Revision } from '../gates/revision.ts';
import { Claims } from './claims.ts';
import { expectedStart } from './expected-start.ts';
import { Lane } from './lane.ts';
import { Line } from './line.ts';
import { type PickRequest, type Urgency, withoutClaimed } from './pick-request.ts';
import type { QueuedRing } from './queued-ring.ts';
import { Reserve } from './reserve.ts';
import { type Refusal, type Wait, WaitingCall, type WaitingGroup } from './waiting-call.ts';

const NONE: readonly Deployment[] = [];

/** Calls of other rings that a new call looks at before it overtakes them: with thousands of rings, all would take too long. */
const LOOKED_AT = 256;
/** A look at all calls that took so many milliseconds is followed by a pause of three times that. */
const LONG_LOOK_MS = 1;

/**
 * The calls of a fleet that wait for capacity. Rings share limits, and may share deployments, so there is one order for all of
 * them: otherwise one model could take all of an endpoint's limit from another.
 *
 * Calls are served when something changes or comes due: no polling, and no crowd that is woken to find one place.
 */
export class Queue {
  readonly #clock: Clock;
  readonly #revision: Revision;
  readonly #reserve = new Reserve();
  readonly #lines = { interactive: new Line(), background: new Line() };
  /** The rings of these calls. */
  readonly #lanes = new Map<QueuedRing, Lane>();
  /** The first moment at which the time of a call may be over. */
  #firstDeadline: number | undefined;
  #stopListening: (() => void) | undefined;
  #timer: TimerHandle | undefined;
  #isServing = false;
  #restsUntil = 0;

  constructor(clock: Clock, revision: Revision) {
    this.#clock = clock;
    this.#revision = revision;
  }

  /**
   * Deployments of a ring that a new call would take from one that waits and comes before it, of whatever ring; `undefined` when these
   * are all.
   */
  claimed(ring: QueuedRing, now: number, urgency: Urgency): readonly Deployment[] | undefined {
    const kept = this.#reserve.keeps(ring, urgency, now);
    if (kept.length === ring.deployments.length) return undefined;
    if (this.#lanes.size === 0) return kept;
    const lane = this.#lanes.get(ring);
    if (lane !== undefined && (lane.hasUnrestricted(urgency) || lane.isTurnOfBackground)) return undefined;
    const claims = new Claims();
    const done = new Set<WaitingGroup>();
    let left = LOOKED_AT;
    for (const { group, request } of urgency === 'interactive' ? this.#interactive(now) : this.#inOrder(now)) {
      if ((left -= 1) < 0) break;
      if (done.has(group)) continue;
      done.add(group);
      claims.add(group.wanted, now, request.tokens);
    }
    const claimed = [...new Set([...claims.among(ring.deployments), ...kept])];
    return claimed.length === ring.deployments.length ? undefined : claimed;
  }

  /**
   * Waits until a deployment can be asked, at the longest until the deadline; refuses at once when the queue is full, or when it is
   * clear that no deployment will be there in time.
   */
  wait(now: number, wait: Wait): Promise<Lease | Refusal> {
    // Before their timer, calls that are out of time would still take up places.
    this.#sendAway(now);
    const { ring, request, deadline, cancellation, isReturning } = wait;
    const lane = this.#lanes.get(ring) ?? new Lane(ring, this);
    const group = lane.groupOf(request);
    // Those that wait for other deployments take no place; a call that was served and sent back has one.
    const isFull = !isReturning && group.demand.calls >= ring.maxWaiting;
    const last = isFull ? this.#lines[group.urgency].lastOf(group) : undefined;
    if (isFull && last === undefined) return Promise.resolve({ refusal: 'queue-full' });
    const expectedAt = expectedStart(now, wait, group);
    if (expectedAt === undefined || expectedAt > deadline) return Promise.resolve({ refusal: 'too-late' });
    last?.settle({ refusal: 'queue-full' });
    this.#firstDeadline = Math.min(this.#firstDeadline ?? deadline, deadline);
    return new Promise((resolve) => {
      const call = new WaitingCall(now, group, wait, resolve);
      this.#lines[group.urgency].add(call);
      this.#lanes.set(ring, lane);
      lane.count(group, wait, 1);
      this.#stopListening ??= this.#revision.onChange(() => this.#serveSoon());
      this.#serveSoon();
      cancellation.addEventListener('abort', call);
    });
  }

  /** How many calls wait, by ring. */
  get lengths(): readonly (readonly [QueuedRing, Readonly<Record<Urgency, number>>])[] {
    return [...this.#lanes].map(([ring, { lengths }]) => [ring, lengths]);
  }

  /** A call of a ring was served that has not waited. */
  passed(ring: QueuedRing, urgency: Urgency, now: number): void {
    this.#reserve.served(urgency, now);
    if (this.#lanes.size > 0) this.#lanes.get(ring)?.served(urgency);
  }

  /** A call has been settled. */
  remove(call: WaitingCall): void {
    this.#lines[call.group.urgency].delete(call);
    const { ring } = call;
    const lane = this.#lanes.get(ring);
    lane?.count(call.group, call, -1);
    if (lane?.isEmpty === true) this.#lanes.delete(ring);
    if (this.#lanes.size > 0) return;
    this.#firstDeadline = undefined;
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#setTimer(undefined);
  }

  abandoned(call: WaitingCall): void {
    this.#lines[call.group.urgency].abandoned(call, this.#clock.now());
    this.#serveSoon();
  }

  /** Many changes come at once; one look after them is enough. */
  #serveSoon(): void {
    if (this.#isServing) return;
    if (this.#clock.now() < this.#restsUntil) return this.#setTimer(this.#restsUntil);
    this.#isServing = true;
    queueMicrotask(() => {
      this.#isServing = false;
      this.#serve();
    });
  }

  /** Serves one call after the other, as long as there is a deployment for the next. */
  #serve(): void {
    const now = this.#clock.now();
    const claims = new Claims();
    /** Rings of which there is nothing left for the calls behind. */
    const done = new Set<QueuedRing>();
    let nextAt: number | undefined;
    for (const call of this.#inOrder(now)) {
      if (done.size >= this.#lanes.size) break;
      const { ring } = call;
      if (done.has(ring)) continue;
      const releasesAt = this.#lanes.get(ring)?.releasesAt(now);
      const dueAt = releasesAt ?? this.#serveOne(call, claims, now);
      if (dueAt === 'served') continue;
      if (dueAt !== undefined) nextAt = Math.min(nextAt ?? dueAt, dueAt);
      if (releasesAt !== undefined || !call.isRestricted || claims.cover(ring.deployments)) done.add(ring);
    }
    // Not before: what has just come free may be for a call whose time is over.
    this.#sendAway(now);
    const tookMs = this.#clock.now() - now;
    this.#restsUntil = tookMs > LONG_LOOK_MS ? now + 4 * tookMs : 0;
    const deadline = this.#firstDeadline;
    if (this.#lanes.size > 0) this.#setTimer(deadline === undefined ? nextAt : Math.min(nextAt ?? deadline, deadline));
  }

  /** Serves a call, sends it away, or claims for it what it waits for. Returns when it is worth another look, where a time is known. */
  #serveOne(call: WaitingCall, claims: Claims, now: number): 'served' | number | undefined {
    const { ring, request } = call;
    // All that it waits for is for calls further ahead.
    if (claims.cover(call.group.wanted)) return undefined;
    const isTurn = this.#lanes.get(ring)?.isTurnOfBackground === true;
    const kept = isTurn ? NONE : this.#reserve.keeps(ring, call.group.urgency, now);
    const unclaimed = withoutClaimed(request, [...claims.among(ring.deployments), ...kept]);
    if (this.#isServed(call, unclaimed, now)) return 'served';
    if (call.group.wanted.every((deployment) => deployment.isRefusing(now))) {
      call.settle({ refusal: 'refused' });
      return 'served';
    }
    const opens = ring.opens(now, unclaimed);
    const probeAt = ring.earlyProbeAt(now, unclaimed);
    claims.add(call.group.wanted, now, request.tokens);
    // A probe that is due, but that the call could not be given, is nothing to wait for.
    const times = [opens, probeAt, ...kept.map((each) => each.evenAt(now))].filter(
      (time) => typeof time === 'number' && time > now,
    ) as number[];
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #isServed(call: WaitingCall, request: PickRequest, now: number): boolean {
    const { ring } = call;
    let deployment: Deployment | undefined;
    try {
      deployment = ring.pick(now, request) ?? ring.earlyProbe(now, request);
    } catch (error) {
      call.settle({ refusal: 'picker-failed', error });
      return true;
    }
    // The picker's own doing.
    if (!call.isWaiting) return true;
    if (deployment === undefined) return false;
    const lane = this.#lanes.get(ring);
    if (!deployment.isPaced) lane?.released();
    lane?.served(call.group.urgency);
    this.#reserve.served(call.group.urgency, now);
    call.settle(new Lease(deployment, now, request.tokens));
    if (this.#lines[call.group.urgency].served(call, now)) this.#serveSoon();
    return true;
  }

  /** Looks at all calls only when it is over for one of them. */
  #sendAway(now: number): void {
    if (this.#firstDeadline === undefined || now < this.#firstDeadline) return;
    this.#firstDeadline = undefined;
    for (const call of this.#inOrder(now)) {
      const { deadline } = call;
      if (deadline <= now) {
        call.settle({ refusal: 'timed-out' });
        this.#serveSoon();
      } else this.#firstDeadline = Math.min(this.#firstDeadline ?? deadline, deadline);
    }
  }

  /** Interactive calls come first, but for the turns of background calls. */
  *#inOrder(now: number): Generator<WaitingCall> {
    yield* this.#interactive(now);
    yield* this.#lines.background.inOrder(now);
  }

  *#interactive(now: number): Generator<WaitingCall> {
    for (const call of this.#lines.interactive.inOrder(now)) {
      const { ring } = call;
      if (this.#lanes.get(ring)?.isTurnOfBackground === true) {
        for (const waiting of this.#lines.background.inOrder(now)) {
          if (waiting.ring !== ring) continue;
          yield waiting;
          break;
        }
      }
      // It may be over for it meanwhile.
      if (call.isWaiting) yield call;
    }
  }

  #setTimer(at: number | undefined): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    if (at === undefined) return;
    // Timers count whole milliseconds and may be early by one; a look before the time finds no deployment.
    const delayMs = Math.ceil(at - this.#clock.now()) + 1;
    this.#timer = this.#clock.setTimeout(() => this.#serve(), delayMs);
  }
}
