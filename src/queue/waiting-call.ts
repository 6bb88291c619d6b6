import type { Deployment } from '../deployment/deployment.ts';
import type { Lease } from '../deployment/lease.ts';
import type { Demand } from './forecast.ts';
import type { PickRequest, Urgency } from './pick-request.ts';
import type { QueuedRing } from './queued-ring.ts';
import type { Standing } from './standing.ts';

/** Why a call may not wait, or may not wait any longer. */
export type Refusal =
  | { readonly refusal: 'queue-full' | 'too-late' | 'timed-out' | 'refused' | 'cancelled' }
  /** A picker of the user's threw, which ends the call. */
  | { readonly refusal: 'picker-failed'; readonly error: unknown };

/** What hears that a call was ended from outside. */
export type AbortListener = (() => void) | { handleEvent(): void };

/** Tells when a call is ended from outside: the part of an `AbortSignal` that is used here. */
export interface EndSignal {
  /** When it will, where that is known. */
  readonly endsAt: number | undefined;
  addEventListener(type: 'abort', listener: AbortListener): void;
  removeEventListener(type: 'abort', listener: AbortListener): void;
}

/** What a call waits for. */
export interface Wait {
  readonly ring: QueuedRing;
  readonly request: PickRequest;
  /** When its time is over. */
  readonly deadline: number;
  readonly cancellation: EndSignal;
  /** Whether it has had a turn before, and goes ahead of calls that have not. */
  readonly isReturning: boolean;
}

/** Where calls wait. */
export interface WaitingRoom {
  remove(call: WaitingCall): void;
  /** A call has left without having been served: those behind it may have their turn now. */
  abandoned(call: WaitingCall): void;
}

/** Calls of a ring that wait for the same deployments. */
export interface WaitingGroup {
  readonly room: WaitingRoom;
  readonly ring: QueuedRing;
  readonly key: string;
  readonly urgency: Urgency;
  readonly wanted: readonly Deployment[];
  readonly standing: Standing;
  /** What they need, and those of them that had had their turn before. */
  demand: Demand;
  returned: Demand;
}

/** One call in the queue. There may be thousands, so it is small: no timer and no closure of its own. */
export class WaitingCall {
  readonly group: WaitingGroup;
  readonly request: PickRequest;
  readonly deadline: number;
  readonly isReturning: boolean;
  /** A whole number, which takes less memory. */
  readonly since: number;
  readonly #cancellation: EndSignal;
  /** Absent once it has been settled. */
  #resolve: ((outcome: Lease | Refusal) => void) | undefined;

  constructor(now: number, group: WaitingGroup, wait: Wait, resolve: (outcome: Lease | Refusal) => void) {
    this.group = group;
    this.request = wait.request;
    this.deadline = wait.deadline;
    this.since = Math.floor(now);
    this.isReturning = wait.isReturning;
    this.#cancellation = wait.cancellation;
    this.#resolve = resolve;
  }

  get ring(): QueuedRing {
    return this.group.ring;
  }

  get endsAt(): number | undefined {
    return this.#cancellation.endsAt;
  }

  /** Whether there are deployments that it cannot go to. */
  get isRestricted(): boolean {
    return this.group.wanted.length < this.ring.deployments.length;
  }

  /** Not any more once it has been settled, which a picker of the user's may cause at any time. */
  get isWaiting(): boolean {
    return this.#resolve !== undefined;
  }

  handleEvent(): void {
    this.settle({ refusal: 'cancelled' });
    this.group.room.abandoned(this);
  }

  settle(outcome: Lease | Refusal): void {
    const resolve = this.#resolve;
    if (resolve === undefined) return;
    this.#resolve = undefined;
    this.#cancellation.removeEventListener('abort', this);
    this.group.room.remove(this);
    resolve(outcome);
  }
}
