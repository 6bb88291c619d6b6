import type { Clock, TimerHandle } from '../clock.ts';
import type { ChangeCounter } from '../health/change-counter.ts';
import type { Lease } from '../health/lease.ts';
import { MINUTE_MS } from '../health/allowance.ts';
import type { Deployment } from './deployment.ts';
import type { Need } from './need.ts';

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

/** What the line asks of its ring. */
export interface ServedRing {
  readonly deployments: readonly Deployment[];
  pick(now: number, need: Need): Deployment | undefined;
  earlyProbe(now: number, avoid?: ReadonlySet<Deployment>): Deployment | undefined;
  earlyProbeAt(now: number): number;
  availableAt(now: number, need: Need): number;
  callsPerMinute(): number | undefined;
  mayComeFree(now: number, need: Need): boolean;
}

/**
 * Calls that are served at once when a ring comes back whose limits nobody knows, and the time after which twice as many are:
 * whoever has just recovered is not to be overrun by all that had waited for it.
 */
const FIRST_BATCH = 8;
const BATCH_MS = 50;

/** Hears when a call is ended from outside. */
export interface CallEndListener {
  callEnded(): void;
}

/** What can end a waiting call from outside. */
export interface WaitingCall {
  listen(listener: CallEndListener): void;
  unlisten(listener: CallEndListener): void;
}

/** One call in the line. There may be thousands, so it is small: no timer and no closure of its own. */
class Waiter implements CallEndListener {
  readonly need: Need;
  readonly deadline: number;
  readonly #line: WaitingLine;
  readonly #call: WaitingCall;
  readonly #resolve: (outcome: Grant | Refusal) => void;

  constructor(
    line: WaitingLine,
    need: Need,
    deadline: number,
    call: WaitingCall,
    resolve: (outcome: Grant | Refusal) => void,
  ) {
    this.need = need;
    this.deadline = deadline;
    this.#line = line;
    this.#call = call;
    this.#resolve = resolve;
    call.listen(this);
  }

  callEnded(): void {
    this.settle({ refusal: 'left' });
  }

  settle(outcome: Grant | Refusal): void {
    this.#call.unlisten(this);
    this.#line.remove(this);
    this.#resolve(outcome);
  }
}

/**
 * Calls that wait for capacity, first come first served. They are served when something changes or comes due, one by one as
 * long as there is somebody for the next: no polling, and no crowd that is woken to find one place.
 */
export class WaitingLine {
  readonly #ring: ServedRing;
  readonly #clock: Clock;
  readonly #changes: ChangeCounter;
  readonly #maxWaiting: number;
  readonly #waiters = new Set<Waiter>();
  /** Those who had had their turn and were sent back: they came before all who wait now. */
  readonly #returned = new Set<Waiter>();
  #stopListening: (() => void) | undefined;
  #timer: TimerHandle | undefined;
  #isServing = false;
  /** The first moment at which somebody's time is over. */
  #firstDeadline = Infinity;
  #batch = FIRST_BATCH;
  #left = FIRST_BATCH;
  #batchEndsAt = -Infinity;

  constructor(ring: ServedRing, clock: Clock, changes: ChangeCounter, maxWaiting: number) {
    this.#ring = ring;
    this.#clock = clock;
    this.#changes = changes;
    this.#maxWaiting = maxWaiting;
  }

  /** Calls waiting. */
  get length(): number {
    return this.#waiters.size + this.#returned.size;
  }

  /**
   * Waits until somebody can be asked, at the longest until `deadline`; refuses at once when the line is full, or when it is clear
   * that nobody will be there in time.
   *
   * @param call whose end from outside ends the wait.
   * @param isReturning whether it has had a turn before, and goes ahead of those who have not.
   */
  wait(need: Need, deadline: number, call: WaitingCall, isReturning: boolean): Promise<Grant | Refusal> {
    if (this.length >= this.#maxWaiting) return Promise.resolve({ refusal: 'full' });
    const now = this.#clock.now();
    if (this.#expectedAt(now, need) > deadline) return Promise.resolve({ refusal: 'hopeless' });
    this.#firstDeadline = Math.min(this.#firstDeadline, deadline);
    this.#stopListening ??= this.#changes.onChange(() => this.#serveSoon());
    this.#serveSoon();
    return new Promise((resolve) => {
      const line = isReturning ? this.#returned : this.#waiters;
      line.add(new Waiter(this, need, deadline, call, resolve));
    });
  }

  /** A waiter has been settled. */
  remove(waiter: Waiter): void {
    if (!this.#returned.delete(waiter)) this.#waiters.delete(waiter);
    if (this.length > 0) return;
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#firstDeadline = Infinity;
    this.#setTimer(Infinity);
  }

  /** When a new call may expect its turn: not before the first that would do, nor before all ahead of it have had theirs. */
  #expectedAt(now: number, need: Need): number {
    // A ring that is all down is probed early.
    const first = Math.min(this.#ring.availableAt(now, need), this.#ring.earlyProbeAt(now));
    // A probe or an attempt under way may end at any time.
    const firstAt = first === Infinity || this.#ring.mayComeFree(now, need) ? now : first;
    const perMinute = this.#ring.callsPerMinute();
    const lineMs = perMinute === undefined || perMinute === 0 ? 0 : (this.length * MINUTE_MS) / perMinute;
    return Math.max(firstAt, now + lineMs);
  }

  /** Many changes come at once; one look after them is enough. */
  #serveSoon(): void {
    if (this.#isServing) return;
    this.#isServing = true;
    queueMicrotask(() => {
      this.#isServing = false;
      this.#serve();
    });
  }

  #serve(): void {
    const now = this.#clock.now();
    // Deployments that somebody further ahead waits for are not given to those behind.
    const claimed = new Set<Deployment>();
    let nextAt = this.#ring.earlyProbeAt(now);
    // A probe that is due, but that nobody in the line could be given, is nothing to wait for.
    if (nextAt <= now) nextAt = Infinity;
    this.#openBatch(now);
    for (const waiter of this.#inOrder()) {
      const { need } = waiter;
      if (this.#left === 0) {
        nextAt = this.#batchEndsAt;
        break;
      }
      const open = claimed.size === 0 ? need : { ...need, avoid: new Set([...claimed, ...(need.avoid ?? [])]) };
      let deployment: Deployment | undefined;
      try {
        deployment = this.#ring.pick(now, open) ?? this.#ring.earlyProbe(now, open.avoid);
      } catch (error) {
        // Nobody is waiting for this line itself: the error belongs to the call.
        waiter.settle({ refusal: 'left', thrown: { error } });
        continue;
      }
      if (deployment !== undefined) {
        // Known limits are paced by themselves.
        if (!deployment.isMetered) this.#left -= 1;
        waiter.settle({ deployment, lease: deployment.lease(now, need.tokens) });
        continue;
      }
      nextAt = Math.min(nextAt, this.#ring.availableAt(now, open));
      for (const wanted of this.#ring.deployments) {
        if (need.avoid?.has(wanted) !== true) claimed.add(wanted);
      }
      if (claimed.size === this.#ring.deployments.length) break;
    }
    // Not before: what has just come free may be theirs.
    if (now >= this.#firstDeadline) this.#sendAway(now);
    if (this.length > 0) this.#setTimer(Math.min(nextAt, this.#firstDeadline));
  }

  *#inOrder(): Generator<Waiter> {
    yield* this.#returned;
    yield* this.#waiters;
  }

  /** Those whose time is over. Looks at all only when it is over for one of them. */
  #sendAway(now: number): void {
    this.#firstDeadline = Infinity;
    for (const waiter of this.#inOrder()) {
      if (waiter.deadline <= now) waiter.settle({ refusal: 'waited' });
      else this.#firstDeadline = Math.min(this.#firstDeadline, waiter.deadline);
    }
  }

  /** Each batch is twice as large as the one right before it. */
  #openBatch(now: number): void {
    if (now < this.#batchEndsAt) return;
    this.#batch = now < this.#batchEndsAt + BATCH_MS && this.#left === 0 ? this.#batch * 2 : FIRST_BATCH;
    this.#left = this.#batch;
    this.#batchEndsAt = now + BATCH_MS;
  }

  #setTimer(at: number): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    // Timers count whole milliseconds and may be early by one; who looks before the time finds nobody.
    const delayMs = Math.ceil(at - this.#clock.now()) + 1;
    this.#timer = at === Infinity ? undefined : this.#clock.setTimeout(() => this.#serve(), delayMs);
  }
}
