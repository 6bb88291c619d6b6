import type { Lease } from '../deployment/lease.ts';
import type { WaitingGroup } from './lane.ts';
import type { PickRequest } from './pick-request.ts';
import type { QueuedRing } from './queued-ring.ts';

/** Why a call may not wait, or may not wait any longer. */
export type Refusal =
  | { readonly refusal: 'queue-full' | 'too-late' | 'timed-out' | 'cancelled' }
  /** A picker of the user's threw, which ends the call. */
  | { readonly refusal: 'picker-failed'; readonly error: unknown };

/** What hears that a call was ended from outside. */
export type AbortListener = (() => void) | { handleEvent(): void };

/** Tells when a call is ended from outside: the part of an `AbortSignal` that is used here. */
export interface EndSignal {
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
interface WaitingRoom {
  remove(call: WaitingCall): void;
  /** A call has left without having been served: those behind it may have their turn now. */
  abandoned(): void;
}

/** One call in the queue. There may be thousands, so it is small: no timer and no closure of its own. */
export class WaitingCall {
  readonly wait: Wait;
  /** The calls that wait for the same deployments. */
  readonly group: WaitingGroup;
  readonly #room: WaitingRoom;
  readonly #resolve: (outcome: Lease | Refusal) => void;
  #isWaiting = true;

  constructor(room: WaitingRoom, wait: Wait, group: WaitingGroup, resolve: (outcome: Lease | Refusal) => void) {
    this.#room = room;
    this.wait = wait;
    this.group = group;
    this.#resolve = resolve;
  }

  /** Whether there are deployments that it cannot go to. */
  get isRestricted(): boolean {
    return this.group.wanted.length < this.wait.ring.deployments.length;
  }

  /** Not any more once it has been settled, which a picker of the user's may cause at any time. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** The call is ended from outside. */
  handleEvent(): void {
    this.settle({ refusal: 'cancelled' });
    this.#room.abandoned();
  }

  settle(outcome: Lease | Refusal): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.wait.cancellation.removeEventListener('abort', this);
    this.#room.remove(this);
    this.#resolve(outcome);
  }
}
