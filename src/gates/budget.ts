import type { Allowance } from '../limits/allowance.ts';
import { createAllowance, type Metering } from '../limits/create-allowance.ts';
import type { StatedLimit, StatedLimits, Unit } from '../limits/stated-limits.ts';
import { type Account, BudgetPass, type Spending, type Stated } from './budget-pass.ts';
import type { Closing, Gate, Pass } from './gate.ts';
import { type Opening, opensAt } from './opening.ts';
import type { Outcome } from './outcome.ts';
import type { Revision } from './revision.ts';

/** What a budget is made with. */
export interface BudgetOptions {
  readonly unit: Unit;
  readonly metering: Metering;
  /** Amount per minute, as configured; `undefined` where it has to be learned. */
  readonly perMinute: number | undefined;
  /** Whether several deployments spend from it. */
  readonly isShared: boolean;
  /** Whether answers tell of it. Not of what all deployments of an endpoint share, which is counted by us alone. @default `!isShared` */
  readonly isLearned?: boolean;
  readonly revision: Revision;
  readonly now: number;
}

/** How much of a limit can be had at once, and how much comes in per minute. */
export interface Pace {
  readonly burst: number;
  readonly perMinute: number;
}

/**
 * The requests, or the tokens, that a deployment or a whole endpoint may be sent. An attempt spends when it starts, and settles
 * when it ends. Limits are configured, or learned from answers: the lower counts.
 */
export class Budget implements Gate, Account {
  readonly unit: Unit;
  readonly isShared: boolean;
  readonly isLearned: boolean;
  /** The limit that is configured; `undefined` where it has to be learned. */
  readonly configured: number | undefined;
  readonly #options: BudgetOptions;
  /** `undefined` while no limit is known. */
  #allowance: Allowance | undefined;
  /** What attempts under way have spent: the service may not have seen it yet. */
  #unsettled = 0;
  /** How much has been taken off, in all, because the service counts otherwise. */
  #corrected = 0;
  /** Processes that spend from it without knowing of each other, this one included. */
  #processes = 1;
  /** The limit of which this process has its part only. */
  #whole: number | undefined;
  /** When it was last spent from, or last learned to be spent: since then it is closed, if it is. */
  #spentSince: number | undefined;

  constructor(options: BudgetOptions) {
    this.unit = options.unit;
    this.isShared = options.isShared;
    this.isLearned = options.isLearned ?? !options.isShared;
    this.configured = options.perMinute;
    this.#options = options;
    this.#start(options.now);
  }

  get isLimited(): boolean {
    return this.#allowance !== undefined;
  }

  get closing(): Closing {
    return { reason: 'limits', since: this.#spentSince };
  }

  // These are `undefined` while no limit is known.
  get perMinute(): number | undefined {
    return this.#allowance?.perMinute;
  }

  pace(now: number): Pace | undefined {
    const allowance = this.#allowance;
    return allowance && { burst: allowance.burst(now), perMinute: allowance.perMinute };
  }

  /** Until when what was spent lately runs ahead of an even flow. */
  evenAt(now: number): number {
    return this.#allowance?.evenAt(now) ?? now;
  }

  /** What is spent of it now, as a part of what comes in per minute; 0 while no limit is known. */
  used(now: number): number {
    const allowance = this.#allowance;
    if (allowance === undefined) return 0;
    const missingPart = 1 - allowance.level(now) / allowance.capacity;
    return Math.max(0, Math.round(missingPart * allowance.perMinute));
  }

  /** The stretch of time over which the service counts; `undefined` where the limit refills continuously, or none is known. */
  get windowMs(): number | undefined {
    return this.#allowance?.windowMs;
  }

  /** So many processes spend from it, and do not know of each other: each has its part of the limit, and one at the least. */
  divide(processes: number, now: number): void {
    const allowance = this.#allowance;
    const isSame = processes === this.#processes;
    this.#processes = processes;
    if (isSame || allowance === undefined) return;
    const whole = this.#whole ?? allowance.perMinute;
    const level = allowance.level(now);
    this.#correctBy(allowance, now, () => {
      allowance.setPerMinute(now, this.#part(whole));
      allowance.spend(now, allowance.level(now) - level / processes);
    });
    this.#options.revision.bump();
  }

  opens(now: number, tokens: number): Opening {
    const allowance = this.#allowance;
    return allowance ? opensAt(allowance.availableAt(now, this.#amountOf(tokens, allowance)), now) : 'now';
  }

  enter(now: number, tokens: number): Pass {
    const allowance = this.#allowance;
    if (allowance === undefined) return new BudgetPass(this, now, undefined);
    // More than it can ever hold is let through when it is full, and must not leave a debt that takes minutes to pay.
    const amount = Math.min(this.#amountOf(tokens, allowance), allowance.capacity);
    const left = allowance.spend(now, amount);
    const unseen = this.#unsettled;
    this.#unsettled += amount;
    this.#spentSince = now;
    if (allowance.availableAt(now, 1) > now) this.#options.revision.bump();
    return new BudgetPass(this, now, { allowance, amount, unseen, count: Math.max(0, left) + this.#corrected });
  }

  /** Forgets the limit that was learned. What is configured holds on, with what has been spent of it. */
  reset(now: number): void {
    const { perMinute } = this.#options;
    const allowance = this.#allowance;
    if (perMinute === undefined) this.#start(now);
    else if (allowance !== undefined) this.#correctBy(allowance, now, () => allowance.setPerMinute(now, perMinute));
    this.#options.revision.bump();
  }

  /** An answer to what was sent at `sentAt` states limits. */
  learn(sentAt: number, spending: Spending | undefined, stated: StatedLimits, now: number): void {
    const limit = stated[this.unit];
    const allowance = this.#allowance;
    if (allowance === undefined) {
      if (this.isLearned) this.#learnFirst(sentAt, limit, now);
      return;
    }
    this.#change(allowance, now, () => {
      // What an endpoint has as a whole is counted by us alone, although by the same service's windows.
      if (!this.isLearned) return void allowance.learn(sentAt, { ...limit, remaining: undefined });
      let remaining: number | undefined;
      this.#correctBy(allowance, now, () => (remaining = allowance.learn(sentAt, limit)));
      this.#learnPerMinute(allowance, limit, now);
      if (remaining !== undefined && spending?.allowance === allowance) {
        this.#correct(spending, { ...limit, remaining }, now);
      }
    });
  }

  /** An attempt has ended. */
  settle(sentAt: number, spending: Spending | undefined, outcome: Outcome, now: number): void {
    const allowance = this.#allowance;
    if (allowance === undefined) return;
    this.#change(allowance, now, () => {
      if (spending?.allowance === allowance) this.#settle(spending, outcome, now);
      if (outcome.type === 'failure' && outcome.failure.class === 'rate-limited') {
        allowance.rejected(now, sentAt, outcome.failure.retryAfterMs);
      }
    });
  }

  /** What is larger than a limit that a service has stated does not wait for it: the service itself has the last word on it, at once. */
  #amountOf(tokens: number, allowance: Allowance): number {
    if (this.unit === 'requests') return 1;
    return this.#options.perMinute === undefined && tokens > allowance.capacity ? 1 : tokens;
  }

  #start(now: number): void {
    const { metering, perMinute } = this.#options;
    this.#allowance = perMinute === undefined ? undefined : createAllowance(metering, this.unit, perMinute, now);
    this.#unsettled = 0;
    this.#corrected = 0;
  }

  #part(whole: number): number {
    this.#whole = this.#processes === 1 ? undefined : whole;
    return this.#processes === 1 ? whole : Math.max(1, whole / this.#processes);
  }

  #learnFirst(sentAt: number, limit: StatedLimit, now: number): void {
    if (limit.perMinute === undefined) return;
    const allowance = createAllowance(this.#options.metering, this.unit, this.#part(limit.perMinute), now);
    const remaining = allowance.learn(sentAt, limit) ?? allowance.capacity;
    allowance.spend(now, Math.max(0, allowance.capacity - remaining));
    this.#allowance = allowance;
    this.#spentSince = now;
    this.#options.revision.bump();
  }

  #learnPerMinute(allowance: Allowance, { perMinute }: StatedLimit, now: number): void {
    if (perMinute === undefined) return;
    const lower = this.#part(Math.min(perMinute, this.#options.perMinute ?? perMinute));
    if (lower === allowance.perMinute) return;
    this.#correctBy(allowance, now, () => allowance.setPerMinute(now, lower));
    this.#options.revision.bump();
  }

  /** Counts as corrected what has really changed: there is no more than the limit, and no debt beyond a window. */
  #correctBy(allowance: Allowance, now: number, change: () => void): void {
    const before = allowance.level(now);
    change();
    this.#corrected += before - allowance.level(now);
  }

  /**
   * Puts our count right where the service's differs: others spend from the same limit, or it counts otherwise.
   *
   * Its figure is from when the attempt arrived, so it is compared with ours from then, less what has been corrected since;
   * answers under way together would otherwise all correct the same. What it had not seen yet explains a surplus. Where a lower limit
   * than the service's is configured, what is left of the service's is no surplus of ours.
   */
  #correct({ allowance, count, unseen }: Spending, { perMinute, remaining }: Stated, now: number): void {
    const missing = count - this.#corrected - remaining;
    const surplus = perMinute === undefined || perMinute === allowance.perMinute ? Math.max(0, -missing - unseen) : 0;
    const difference = missing > 0 ? missing : -surplus;
    if (difference !== 0) this.#correctBy(allowance, now, () => allowance.spend(now, difference));
  }

  #settle({ allowance, amount }: Spending, outcome: Outcome, now: number): void {
    this.#unsettled -= amount;
    if (outcome.type === 'unsent') allowance.spend(now, -amount);
    if (this.unit === 'requests' || outcome.type !== 'success' || outcome.tokens === undefined) return;
    allowance.settle(now, amount, Math.min(outcome.tokens, Math.max(amount, allowance.capacity)));
  }

  /** Tells of what becomes of a change: that the budget opens at another time, or that there is more than there was. */
  #change(allowance: Allowance, now: number, change: () => void): void {
    const opens = allowance.availableAt(now, 1);
    const level = allowance.level(now);
    change();
    if (opens <= now) this.#spentSince = now;
    if (allowance.availableAt(now, 1) !== opens) this.#options.revision.bump();
    else if (allowance.level(now) > level) this.#options.revision.capacityFreed();
  }
}
