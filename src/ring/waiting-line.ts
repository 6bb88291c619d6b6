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
}

/** What the line asks of its ring. */
export interface ServedRing {
  readonly deployments: readonly Deployment[];
  pick(now: number, need: Need): Deployment | undefined;
  earlyProbe(now: number, patientUntil: number, avoid?: ReadonlySet<Deployment>): Deployment | undefined;
  earlyProbeAt(now: number): number;
  availableAt(now: number, need: Need): number;
  callsPerMinute(): number | undefined;
}

/**
 * Calls that are served at once when a ring comes back whose limits nobody knows, and the time after which twice as many are:
 * whoever has just recovered is not to be overrun by all that had waited for it.
 */
const FIRST_BATCH = 8;
const BATCH_MS = 50;

interface Waiter {
  readonly need: Need;
  readonly deadline: number;
  readonly settle: (outcome: Grant | Refusal) => void;
  timer: TimerHandle | undefined;
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
  #stopListening: (() => void) | undefined;
  #timer: TimerHandle | undefined;
  #isServing = false;
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
    return this.#waiters.size;
  }

  /**
   * Waits until somebody can be asked, at the longest until `deadline`; refuses at once when the line is full, or when it is clear
   * that nobody will be there in time.
   *
   * @param onEnd tells how to hear of the call's end from outside, which ends the wait.
   */
  wait(need: Need, deadline: number, onEnd: (listener: () => void) => () => void): Promise<Grant | Refusal> {
    if (this.#waiters.size >= this.#maxWaiting) return Promise.resolve({ refusal: 'full' });
    const now = this.#clock.now();
    if (this.#expectedAt(now, need) > deadline) return Promise.resolve({ refusal: 'hopeless' });
    return new Promise((resolve) => {
      const settle = (outcome: Grant | Refusal): void => {
        this.#remove(waiter);
        stopHearing();
        resolve(outcome);
      };
      const waiter: Waiter = { need, deadline, settle, timer: undefined };
      const stopHearing = onEnd(() => settle({ refusal: 'left' }));
      waiter.timer = this.#clock.setTimeout(() => settle({ refusal: 'waited' }), deadline - now);
      this.#waiters.add(waiter);
      this.#stopListening ??= this.#changes.onChange(() => this.#serveSoon());
      this.#serveSoon();
    });
  }

  /** When a new call may expect its turn: not before the first that would do, nor before all ahead of it have had theirs. */
  #expectedAt(now: number, need: Need): number {
    const first = this.#ring.availableAt(now, need);
    // A probe or an attempt under way may end at any time, and a ring that is all down is probed early.
    const firstAt = first === Infinity || this.#ring.earlyProbeAt(now) < Infinity ? now : first;
    const perMinute = this.#ring.callsPerMinute();
    const lineMs = perMinute === undefined || perMinute === 0 ? 0 : (this.#waiters.size * MINUTE_MS) / perMinute;
    return Math.max(firstAt, now + lineMs);
  }

  #remove(waiter: Waiter): void {
    this.#waiters.delete(waiter);
    if (waiter.timer !== undefined) this.#clock.clearTimeout(waiter.timer);
    if (this.#waiters.size > 0) return;
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#setTimer(Infinity);
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
    for (const { need, deadline, settle } of this.#waiters) {
      if (this.#left === 0) {
        nextAt = this.#batchEndsAt;
        break;
      }
      const open = claimed.size === 0 ? need : { ...need, avoid: new Set([...claimed, ...(need.avoid ?? [])]) };
      const deployment = this.#ring.pick(now, open) ?? this.#ring.earlyProbe(now, deadline, open.avoid);
      if (deployment !== undefined) {
        // Known limits are paced by themselves.
        if (!deployment.isMetered) this.#left -= 1;
        settle({ deployment, lease: deployment.lease(now, need.tokens) });
        continue;
      }
      nextAt = Math.min(nextAt, this.#ring.availableAt(now, open));
      for (const wanted of this.#ring.deployments) {
        if (need.avoid?.has(wanted) !== true) claimed.add(wanted);
      }
      if (claimed.size === this.#ring.deployments.length) break;
    }
    if (this.#waiters.size > 0) this.#setTimer(nextAt);
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
