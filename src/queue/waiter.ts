import type { Lease } from '../deployment/lease.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { PickRequest } from './pick-request.ts';

/** A deployment, with the hold on it taken already. */
export interface Grant {
  readonly deployment: Deployment;
  readonly lease: Lease;
}

/** Why a call may not wait, or may not wait any longer. */
export interface Refusal {
  readonly refusal: 'full' | 'hopeless' | 'waited' | 'left';
  /** What a picker of the user's threw, which ends the call. */
  readonly thrown?: { readonly error: unknown };
}

/** Hears when a call is ended from outside. */
export interface CallEndListener {
  callEnded(): void;
}

/** What can end a waiting call from outside. */
export interface WaitingCall {
  listen(listener: CallEndListener): void;
  unlisten(listener: CallEndListener): void;
}

/** Where calls wait. */
interface Line {
  remove(waiter: Waiter): void;
  /** One has left without having been served: those behind it may have their turn now. */
  abandoned(): void;
}

/** What a waiter is made of. */
export interface WaiterParts {
  readonly need: PickRequest;
  /** Deployments that would do. */
  readonly wanted: readonly Deployment[];
  /** When its time is over. */
  readonly deadline: number;
  /** Its number among all who have come to wait, whatever their ring. */
  readonly arrival: number;
  readonly call: WaitingCall;
  readonly resolve: (outcome: Grant | Refusal) => void;
}

/** One call in a line. There may be thousands, so it is small: no timer and no closure of its own. */
export class Waiter implements CallEndListener {
  readonly need: PickRequest;
  readonly wanted: readonly Deployment[];
  readonly deadline: number;
  readonly arrival: number;
  readonly #line: Line;
  readonly #call: WaitingCall;
  readonly #resolve: (outcome: Grant | Refusal) => void;
  #isWaiting = true;

  constructor(line: Line, { need, wanted, deadline, arrival, call, resolve }: WaiterParts) {
    this.need = need;
    this.wanted = wanted;
    this.deadline = deadline;
    this.arrival = arrival;
    this.#line = line;
    this.#call = call;
    this.#resolve = resolve;
  }

  /** Whether there are deployments that it cannot go to. */
  get isRestricted(): boolean {
    return this.need.avoid !== undefined && this.need.avoid.size > 0;
  }

  /** Not any more once it has been settled, which a picker of the user's may cause at any time. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** Hears of the end of its call from now on. */
  watch(): void {
    this.#call.listen(this);
  }

  callEnded(): void {
    this.settle({ refusal: 'left' });
    this.#line.abandoned();
  }

  settle(outcome: Grant | Refusal): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#call.unlisten(this);
    this.#line.remove(this);
    this.#resolve(outcome);
  }
}
