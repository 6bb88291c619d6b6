import { Patience } from './patience.ts';
import type { QueuedRing } from './queued-ring.ts';
import type { WaitingCall, WaitingGroup } from './waiting-call.ts';

/** A call that has waited for more than this share of its time is late: the answer takes the rest. */
const LATE = 0.9;

/** Calls in the order in which they are served. */
export class Line {
  /** Calls that had had their turn and were sent back: they came before all others. */
  readonly #returned = new Set<WaitingCall>();
  readonly #calls = new Set<WaitingCall>();
  /** Calls of groups that stand. */
  readonly #standing = new Set<WaitingCall>();
  readonly #patience = new WeakMap<QueuedRing, Patience>();

  add(call: WaitingCall): void {
    if (call.isReturning) this.#returned.add(call);
    else (call.group.standing.isStanding ? this.#standing : this.#calls).add(call);
  }

  delete(call: WaitingCall): void {
    if (!this.#returned.delete(call) && !this.#standing.delete(call)) this.#calls.delete(call);
  }

  /** A call has been served. Returns whether its group has turned over. */
  served({ group, deadline, isReturning, since }: WaitingCall, now: number): boolean {
    const patience = this.#patienceOf(group.ring);
    patience.served();
    const { standing } = group;
    if (isReturning || standing.isStanding) return false;
    const limitMs = Math.min(deadline - since, patience.limitMs ?? deadline - since);
    standing.served(now, now - since, group.demand.calls, limitMs);
    if (!standing.isStanding) return false;
    for (const call of this.#calls) {
      if (call.group !== group) continue;
      this.#calls.delete(call);
      this.#standing.add(call);
    }
    return true;
  }

  /** A call was ended from outside. */
  abandoned({ ring, isReturning, since }: WaitingCall, now: number): void {
    if (!isReturning) this.#patienceOf(ring).left(now - since);
  }

  /** The call of a group that comes last, if the group stands: what is one too many is this, and not a new call. */
  lastOf(group: WaitingGroup): WaitingCall | undefined {
    for (const call of this.#standing) if (call.group === group) return call;
    return undefined;
  }

  /** What stands is served newest first, and before the rest: calls of the rest wait at the most until they stand themselves. */
  *inOrder(now: number): Generator<WaitingCall> {
    yield* this.#returned;
    const late: WaitingCall[] = [];
    for (const calls of [[...this.#standing].toReversed(), this.#calls]) {
      for (const call of calls) {
        if (this.#isLate(call, now)) late.push(call);
        else if (call.isWaiting) yield call;
      }
    }
    for (const call of late) if (call.isWaiting) yield call;
  }

  /** Whether its caller would hardly have an answer in time, by what is known of the end or by what others have shown. */
  #isLate({ ring, endsAt, since }: WaitingCall, now: number): boolean {
    const limitMs = endsAt === undefined ? this.#patience.get(ring)?.limitMs : endsAt - since;
    return limitMs !== undefined && now - since > limitMs * LATE;
  }

  #patienceOf(ring: QueuedRing): Patience {
    const patience = this.#patience.get(ring) ?? new Patience();
    this.#patience.set(ring, patience);
    return patience;
  }
}
