import { type Demand, NO_DEMAND } from './forecast.ts';
import { admits, type PickRequest, type Urgency, urgencyOf } from './pick-request.ts';
import type { QueuedRing } from './queued-ring.ts';
import { Standing } from './standing.ts';
import type { Wait, WaitingGroup, WaitingRoom } from './waiting-call.ts';

/**
 * Calls that are served at once when a ring comes back whose limits are not known, and the time after which twice as many are:
 * a deployment that has just recovered is not to be overrun by all that had waited for it.
 */
const FIRST_BATCH = 8;
const BATCH_MS = 50;

/** Of so many calls of a ring that are served one is a background call, while one waits. */
const BACKGROUND_SHARE = 10;

/** What the queue keeps of one ring while calls of it wait. */
export class Lane {
  /** Calls of it that wait, by urgency. */
  readonly lengths = { interactive: 0, background: 0 };
  /** Interactive calls that were served since the last background call was, while one waits. */
  #inARow = 0;
  readonly #ring: QueuedRing;
  readonly #room: WaitingRoom;
  readonly #groups = new Map<string, WaitingGroup>();
  #batch = FIRST_BATCH;
  #left = FIRST_BATCH;
  #batchEndsAt: number | undefined;

  constructor(ring: QueuedRing, room: WaitingRoom) {
    this.#ring = ring;
    this.#room = room;
  }

  get isEmpty(): boolean {
    return this.lengths.interactive + this.lengths.background === 0;
  }

  /** Whether it is the turn of a background call, although interactive calls come first. */
  get isTurnOfBackground(): boolean {
    return this.lengths.background > 0 && this.#inARow >= BACKGROUND_SHARE - 1;
  }

  /** Whether calls wait that any deployment can serve, and that come before a new one. The key of these is their urgency. */
  hasUnrestricted(before: Urgency): boolean {
    return this.#groups.has('interactive') || (before === 'background' && this.#groups.has('background'));
  }

  /** A call of the ring was served, whether it had waited or not. */
  served(urgency: Urgency): void {
    this.#inARow = urgency === 'background' || this.lengths.background === 0 ? 0 : this.#inARow + 1;
  }

  /** The calls that a new one waits with; of itself it is not one of them yet. */
  groupOf(request: PickRequest): WaitingGroup {
    const { deployments } = this.#ring;
    const wanted = deployments.filter((deployment) => admits(request, deployment));
    const isAll = wanted.length === deployments.length;
    const urgency = urgencyOf(request);
    const key = [urgency, ...(isAll ? [] : wanted.map((deployment) => deployments.indexOf(deployment)))].join();
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const place = { room: this.#room, ring: this.#ring, key, urgency, standing: new Standing() };
    return { ...place, wanted: isAll ? deployments : wanted, demand: NO_DEMAND, returned: NO_DEMAND };
  }

  /** A call has come, or has left. */
  count(group: WaitingGroup, { request, isReturning }: Pick<Wait, 'request' | 'isReturning'>, by: 1 | -1): void {
    this.lengths[group.urgency] += by;
    if (this.lengths.background === 0) this.#inARow = 0;
    group.demand = counted(group.demand, request, by);
    if (isReturning) group.returned = counted(group.returned, request, by);
    if (group.demand.calls === 0) this.#groups.delete(group.key);
    else this.#groups.set(group.key, group);
  }

  /** When more calls may be released; `undefined` when one may now. Each batch is twice as large as the one right before it. */
  releasesAt(now: number): number | undefined {
    const endsAt = this.#batchEndsAt;
    if (endsAt === undefined || now >= endsAt) {
      const isNext = endsAt !== undefined && now < endsAt + BATCH_MS && this.#left === 0;
      this.#batch = isNext ? this.#batch * 2 : FIRST_BATCH;
      this.#left = this.#batch;
      this.#batchEndsAt = now + BATCH_MS;
    }
    return this.#left > 0 ? undefined : this.#batchEndsAt;
  }

  /** A call goes to a deployment that nothing keeps from being overrun. */
  released(): void {
    this.#left -= 1;
  }
}

const counted = ({ calls, tokens }: Demand, request: PickRequest, by: 1 | -1): Demand => ({
  calls: calls + by,
  tokens: tokens + by * request.tokens,
});
