import type { Claims } from './claims.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { PickRequest } from './pick-request.ts';
import type { Demand } from './turn-forecast.ts';
import { type Grant, type Refusal, Waiter, type WaitingCall } from './waiter.ts';
import type { ServedLine, WaitingLines } from './waiting-lines.ts';

/** What the line asks of its ring. */
export interface ServedRing {
  readonly deployments: readonly Deployment[];
  pick(now: number, need: PickRequest): Deployment | undefined;
  earlyProbe(now: number, avoid?: ReadonlySet<Deployment>): Deployment | undefined;
  earlyProbeAt(now: number, avoid?: ReadonlySet<Deployment>): number;
  availableAt(now: number, need: PickRequest): number;
  servedAt(wanted: readonly Deployment[], now: number, until: number, demand: Demand): number;
  mayComeFree(now: number, need: PickRequest): boolean;
}

/** What a call waits for. */
export interface Wait {
  readonly need: PickRequest;
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

const NOTHING: Demand = { calls: 0, tokens: 0 };

/** Calls of one ring that wait for capacity, first come first served, one by one as long as there is somebody for the next. */
export class WaitingLine implements ServedLine {
  readonly #ring: ServedRing;
  readonly #lines: WaitingLines;
  readonly #maxWaiting: number;
  readonly #waiters = new Set<Waiter>();
  /** Those who had had their turn and were sent back: they came before all who wait now. */
  readonly #returned = new Set<Waiter>();
  /** Those of them who would take whoever comes free first. */
  #open: Demand = NOTHING;
  /** Whom the last restricted waiter could go to: most calls of that kind are of one mind, and share a list. */
  #lastWanted: readonly Deployment[] = [];
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
    return this.#open.calls > 0;
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
  wait(now: number, wait: Wait): Promise<Grant | Refusal> {
    const { need, deadline, call, isReturning } = wait;
    // Before their timer they would still take up places.
    this.sendAway(now);
    // Who was served and sent back has a place.
    if (!isReturning && this.length >= this.#maxWaiting) return Promise.resolve({ refusal: 'full' });
    const wanted = this.#wanted(need);
    if (this.#expectedAt(now, wait, wanted) > deadline) return Promise.resolve({ refusal: 'hopeless' });
    this.#firstDeadline = Math.min(this.#firstDeadline, deadline);
    return new Promise((resolve) => {
      const arrival = isReturning ? 0 : this.#lines.nextArrival();
      const waiter = new Waiter(this, { need, wanted, deadline, arrival, call, resolve });
      (isReturning ? this.#returned : this.#waiters).add(waiter);
      this.#count(waiter, 1);
      this.#lines.opened(this);
      this.#lines.serveSoon();
      waiter.watch();
    });
  }

  /** A waiter has been settled. */
  remove(waiter: Waiter): void {
    if (!this.#returned.delete(waiter)) this.#waiters.delete(waiter);
    this.#count(waiter, -1);
    if (this.length > 0) return;
    this.#firstDeadline = Infinity;
    this.#lines.emptied(this);
  }

  abandoned(): void {
    this.#lines.serveSoon();
  }

  *serve(now: number, claims: Claims): Generator<number, void> {
    this.#openBatch(now);
    let nextAt = Infinity;
    for (const waiter of this.#inOrder()) {
      yield waiter.arrival;
      if (!waiter.isWaiting) continue;
      if (this.#isClaimed(waiter, claims)) {
        // Then there is nobody for those behind, either.
        if (!waiter.isRestricted) break;
        continue;
      }
      if (this.#left === 0) {
        nextAt = this.#batchEndsAt;
        break;
      }
      const open = this.#unclaimed(waiter.need, claims);
      if (this.#isServed(waiter, open, now)) continue;
      const probeAt = this.#ring.earlyProbeAt(now, open.avoid);
      // A probe that is due, but that it could not be given, is nothing to wait for.
      nextAt = Math.min(nextAt, this.#ring.availableAt(now, open), probeAt <= now ? Infinity : probeAt);
      this.#claimFor(waiter, claims, now);
      // Nobody is left for those behind.
      if (this.deployments.every((deployment) => claims.has(deployment))) break;
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
      if (waiter.deadline > now) this.#firstDeadline = Math.min(this.#firstDeadline, waiter.deadline);
      else {
        waiter.settle({ refusal: 'waited' });
        this.abandoned();
      }
    }
  }

  #isServed(waiter: Waiter, open: PickRequest, now: number): boolean {
    let deployment: Deployment | undefined;
    try {
      deployment = this.#ring.pick(now, open) ?? this.#ring.earlyProbe(now, open.avoid);
    } catch (error) {
      // Nobody is waiting for this line itself: the error belongs to the call.
      waiter.settle({ refusal: 'left', thrown: { error } });
      return true;
    }
    // The picker's own doing.
    if (!waiter.isWaiting) return true;
    if (deployment === undefined) return false;
    if (!deployment.isPaced) this.#left -= 1;
    waiter.settle({ deployment, lease: deployment.lease(now, open.tokens) });
    return true;
  }

  #unclaimed(need: PickRequest, claims: Claims): PickRequest {
    if (claims.isEmpty) return need;
    return { ...need, avoid: new Set([...claims.of(this.deployments), ...(need.avoid ?? [])]) };
  }

  #claimFor({ need, wanted }: Waiter, claims: Claims, now: number): void {
    for (const deployment of wanted) claims.add(deployment, now, need.tokens);
  }

  /** Whether all that it waits for is for those further ahead. */
  #isClaimed({ wanted }: Waiter, claims: Claims): boolean {
    return !claims.isEmpty && wanted.every((deployment) => claims.has(deployment));
  }

  #wanted({ avoid }: PickRequest): readonly Deployment[] {
    if (avoid === undefined || avoid.size === 0) return this.deployments;
    const wanted = this.deployments.filter((deployment) => !avoid.has(deployment));
    const last = this.#lastWanted;
    if (wanted.length === last.length && wanted.every((deployment, index) => deployment === last[index])) return last;
    this.#lastWanted = wanted;
    return wanted;
  }

  #count(waiter: Waiter, by: 1 | -1): void {
    if (waiter.isRestricted) return;
    const { calls, tokens } = this.#open;
    this.#open = { calls: calls + by, tokens: tokens + by * waiter.need.tokens };
  }

  /** When a new call may expect its turn: not before the first that would do, nor before those ahead of it have had theirs. */
  #expectedAt(now: number, wait: Wait, wanted: readonly Deployment[]): number {
    const { need, deadline } = wait;
    // A ring that is all down is probed early.
    const first = Math.min(this.#ring.availableAt(now, need), this.#ring.earlyProbeAt(now, need.avoid));
    // A probe or an attempt under way may end at any time.
    const firstAt = first === Infinity || this.#ring.mayComeFree(now, need) ? now : first;
    const { calls, tokens } = this.#ahead(wait, wanted);
    const demand = { calls: calls + 1, tokens: tokens + need.tokens };
    return Math.max(firstAt, this.#ring.servedAt(wanted, now, deadline, demand));
  }

  /** Those who are served before a new call, and certainly where it could be. */
  #ahead({ isReturning }: Wait, wanted: readonly Deployment[]): Demand {
    if (!isReturning && wanted === this.deployments) return this.#open;
    const places = new Set(wanted);
    let { calls, tokens } = NOTHING;
    for (const waiter of isReturning ? this.#returned : this.#inOrder()) {
      if (waiter.wanted !== wanted && !waiter.wanted.every((deployment) => places.has(deployment))) continue;
      calls += 1;
      tokens += waiter.need.tokens;
    }
    return { calls, tokens };
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
