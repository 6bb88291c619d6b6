import { MINUTE_MS } from '../health/allowance.ts';
import type { Claims } from './claims.ts';
import type { Deployment } from './deployment.ts';
import type { Need } from './need.ts';
import { type Grant, type Refusal, Waiter, type WaitingCall } from './waiter.ts';
import type { ServedLine, WaitingLines } from './waiting-lines.ts';

/** What the line asks of its ring. */
export interface ServedRing {
  readonly deployments: readonly Deployment[];
  pick(now: number, need: Need): Deployment | undefined;
  earlyProbe(now: number, avoid?: ReadonlySet<Deployment>): Deployment | undefined;
  earlyProbeAt(now: number): number;
  availableAt(now: number, need: Need): number;
  callsPerMinute(avoid?: ReadonlySet<Deployment>): number | undefined;
  mayComeFree(now: number, need: Need): boolean;
}

/** What a call waits for. */
export interface Wait {
  readonly need: Need;
  readonly deadline: number;
  /** Whose end from outside ends the wait. */
  readonly call: WaitingCall;
  /** Whether it has had a turn before, and goes ahead of those who have not. */
  readonly isReturning: boolean;
}

/**
 * Calls that are served at once when a ring comes back whose limits nobody knows, and the time after which twice as many are:
 * whoever has just recovered is not to be overrun by all that had waited for it.
 */
const FIRST_BATCH = 8;
const BATCH_MS = 50;

/** Calls of one ring that wait for capacity, first come first served, one by one as long as there is somebody for the next. */
export class WaitingLine implements ServedLine {
  readonly #ring: ServedRing;
  readonly #lines: WaitingLines;
  readonly #maxWaiting: number;
  readonly #waiters = new Set<Waiter>();
  /** Those who had had their turn and were sent back: they came before all who wait now. */
  readonly #returned = new Set<Waiter>();
  #restricted = 0;
  /** The first moment at which somebody's time is over. */
  #firstDeadline = Infinity;
  #servedAgainAt = Infinity;
  #batch = FIRST_BATCH;
  #left = FIRST_BATCH;
  #batchEndsAt = -Infinity;

  constructor(ring: ServedRing, lines: WaitingLines, maxWaiting: number) {
    this.#ring = ring;
    this.#lines = lines;
    this.#maxWaiting = maxWaiting;
  }

  /** Calls waiting. */
  get length(): number {
    return this.#waiters.size + this.#returned.size;
  }

  get deployments(): readonly Deployment[] {
    return this.#ring.deployments;
  }

  get isForEverybody(): boolean {
    return this.length > this.#restricted;
  }

  get nextAt(): number {
    return Math.min(this.#servedAgainAt, this.#firstDeadline);
  }

  /** Deployments that a new call would take from somebody who waits, here or in another line; `undefined` when all are. */
  claimed(now: number): ReadonlySet<Deployment> | undefined {
    return this.#lines.claimedFrom(this, now);
  }

  /**
   * Waits until somebody can be asked, at the longest until `deadline`; refuses at once when the line is full, or when it is clear
   * that nobody will be there in time.
   */
  wait(now: number, { need, deadline, call, isReturning }: Wait): Promise<Grant | Refusal> {
    if (this.length >= this.#maxWaiting) return Promise.resolve({ refusal: 'full' });
    if (this.#expectedAt(now, need) > deadline) return Promise.resolve({ refusal: 'hopeless' });
    this.#firstDeadline = Math.min(this.#firstDeadline, deadline);
    return new Promise((resolve) => {
      const arrival = isReturning ? 0 : this.#lines.nextArrival();
      const waiter = new Waiter(this, { need, deadline, arrival, call, resolve });
      (isReturning ? this.#returned : this.#waiters).add(waiter);
      if (waiter.isRestricted) this.#restricted += 1;
      this.#lines.opened(this);
      this.#lines.serveSoon();
      waiter.watch();
    });
  }

  /** A waiter has been settled. */
  remove(waiter: Waiter): void {
    if (!this.#returned.delete(waiter)) this.#waiters.delete(waiter);
    if (waiter.isRestricted) this.#restricted -= 1;
    if (this.length > 0) return;
    this.#firstDeadline = Infinity;
    this.#lines.emptied(this);
  }

  *serve(now: number, claims: Claims): Generator<number, void> {
    this.#openBatch(now);
    const probeAt = this.#ring.earlyProbeAt(now);
    // A probe that is due, but that nobody in the line could be given, is nothing to wait for.
    let nextAt = probeAt <= now ? Infinity : probeAt;
    for (const waiter of this.#inOrder()) {
      yield waiter.arrival;
      if (this.#left === 0) {
        nextAt = this.#batchEndsAt;
        break;
      }
      const open = this.#unclaimed(waiter.need, claims);
      if (this.#isServed(waiter, open, now)) continue;
      nextAt = Math.min(nextAt, this.#ring.availableAt(now, open));
      this.#claimFor(waiter, claims, now);
      // Nobody is left for those behind.
      if (claims.of(this.deployments).size === this.deployments.length) break;
    }
    this.#servedAgainAt = nextAt;
  }

  claim(claims: Claims, now: number): void {
    for (const waiter of this.#inOrder()) {
      this.#claimFor(waiter, claims, now);
      if (!waiter.isRestricted) return;
    }
  }

  /** Looks at all only when it is over for one of them. */
  sendAway(now: number): void {
    if (now < this.#firstDeadline) return;
    this.#firstDeadline = Infinity;
    for (const waiter of this.#inOrder()) {
      if (waiter.deadline <= now) waiter.settle({ refusal: 'waited' });
      else this.#firstDeadline = Math.min(this.#firstDeadline, waiter.deadline);
    }
  }

  #isServed(waiter: Waiter, open: Need, now: number): boolean {
    let deployment: Deployment | undefined;
    try {
      deployment = this.#ring.pick(now, open) ?? this.#ring.earlyProbe(now, open.avoid);
    } catch (error) {
      // Nobody is waiting for this line itself: the error belongs to the call.
      waiter.settle({ refusal: 'left', thrown: { error } });
      return true;
    }
    if (deployment === undefined) return false;
    // Known limits are paced by themselves.
    if (!deployment.isMetered) this.#left -= 1;
    waiter.settle({ deployment, lease: deployment.lease(now, open.tokens) });
    return true;
  }

  #unclaimed(need: Need, claims: Claims): Need {
    if (claims.isEmpty) return need;
    return { ...need, avoid: new Set([...claims.of(this.deployments), ...(need.avoid ?? [])]) };
  }

  #claimFor({ need }: Waiter, claims: Claims, now: number): void {
    for (const wanted of this.deployments) {
      if (need.avoid?.has(wanted) !== true) claims.add(wanted, now, need.tokens);
    }
  }

  /** When a new call may expect its turn: not before the first that would do, nor before those ahead of it have had theirs. */
  #expectedAt(now: number, need: Need): number {
    // A ring that is all down is probed early.
    const first = Math.min(this.#ring.availableAt(now, need), this.#ring.earlyProbeAt(now));
    // A probe or an attempt under way may end at any time.
    const firstAt = first === Infinity || this.#ring.mayComeFree(now, need) ? now : first;
    const perMinute = this.#ring.callsPerMinute(need.avoid);
    const lineMs = perMinute === undefined || perMinute === 0 ? 0 : (this.#ahead(need) * MINUTE_MS) / perMinute;
    return Math.max(firstAt, now + lineMs);
  }

  /** How many of those who wait certainly go where a new call could, and before it. */
  #ahead({ avoid = new Set() }: Need): number {
    if (avoid.size === 0) return this.length - this.#restricted;
    let ahead = 0;
    for (const { need } of this.#inOrder()) {
      if (need.avoid !== undefined && [...avoid].every((deployment) => need.avoid?.has(deployment))) ahead += 1;
    }
    return ahead;
  }

  *#inOrder(): Generator<Waiter> {
    yield* this.#returned;
    yield* this.#waiters;
  }

  /** Each batch is twice as large as the one right before it. */
  #openBatch(now: number): void {
    if (now < this.#batchEndsAt) return;
    this.#batch = now < this.#batchEndsAt + BATCH_MS && this.#left === 0 ? this.#batch * 2 : FIRST_BATCH;
    this.#left = this.#batch;
    this.#batchEndsAt = now + BATCH_MS;
  }
}
