import type { EndpointType } from '../endpoint/endpoint-type.ts';
import { type Allowance, MINUTE_MS } from '../limits/allowance.ts';
import { SlidingWindow } from '../limits/sliding-window.ts';
import type { StatedLimit, StatedLimits, Unit } from '../limits/stated-limits.ts';
import { TokenBucket } from '../limits/token-bucket.ts';
import type { Closing, Gate, Pass } from './gate.ts';
import { type Opening, opensAt } from './opening.ts';
import type { Outcome } from './outcome.ts';
import type { Revision } from './revision.ts';

/** What a budget is made with. */
export interface BudgetOptions {
  readonly unit: Unit;
  /** How the service measures: OpenAI refills continuously, Azure judges windows. */
  readonly metering: EndpointType['metering'];
  /** Amount per minute, as configured; `undefined` where it has to be learned. */
  readonly perMinute: number | undefined;
  /** Whether several deployments spend from it. */
  readonly isShared: boolean;
  /** Whether answers tell of it. Not of what all deployments of an endpoint share, which is counted by us alone. */
  readonly isLearned: boolean;
  readonly revision: Revision;
  readonly now: number;
}

/** What an attempt has spent of a known limit. */
interface Spending {
  /** Of which it was spent: none that was forgotten since is settled. */
  readonly allowance: Allowance;
  readonly amount: number;
  /** What was left by our count right after it, and what had been corrected by then. */
  readonly count: number;
  /** What other attempts had spent and not settled by then. */
  readonly unseen: number;
}

const NOT_STATED: StatedLimit = { perMinute: undefined, remaining: undefined, resetMs: undefined };

/** Azure's longest window for requests; a rejection shows when it is shorter. */
const LONGEST_REQUEST_WINDOW_MS = 10_000;

/**
 * The requests, or the tokens, that a deployment or a whole endpoint may be sent. An attempt spends when it starts, and settles
 * when it ends. Limits are configured, or learned from answers: the lower counts.
 */
export class Budget implements Gate {
  readonly unit: Unit;
  readonly isShared: boolean;
  readonly isLearned: boolean;
  readonly configured: number | undefined;
  readonly #options: BudgetOptions;
  #allowance: Allowance | undefined;
  /** The limit that counts, of which this process may have its part only. */
  #limit = 0;
  /** What attempts under way have spent: the service may not have seen it yet. */
  #unsettled = 0;
  /** How much has been taken off, in all, because the service counts otherwise. */
  #corrected = 0;
  /** Processes that spend from it without knowing of each other, this one included. */
  #processes = 1;
  /** When it was last spent from, or last learned to be spent: since then it is closed, if it is. */
  #spentSince: number | undefined;

  constructor(options: BudgetOptions) {
    this.unit = options.unit;
    this.isShared = options.isShared;
    this.isLearned = options.isLearned;
    this.configured = options.perMinute;
    this.#options = options;
    if (this.configured !== undefined) this.#start(this.configured, options.now);
  }

  /** `undefined` while no limit is known. */
  get allowance(): Allowance | undefined {
    return this.#allowance;
  }

  get closing(): Closing {
    return { reason: 'limits', since: this.#spentSince };
  }

  /** What is spent of it now, as a part of what comes in per minute; 0 while no limit is known. */
  used(now: number): number {
    const allowance = this.#allowance;
    if (allowance === undefined) return 0;
    const missingPart = 1 - allowance.level(now) / allowance.capacity;
    return Math.max(0, Math.round(missingPart * allowance.perMinute));
  }

  /** So many processes spend from it, and do not know of each other: each has its part of the limit, and one at the least. Each deployment that shares it says so. */
  divide(processes: number, now: number): void {
    const allowance = processes === this.#processes ? undefined : this.#allowance;
    this.#processes = processes;
    if (allowance === undefined) return;
    const level = allowance.level(now);
    this.#correctBy(allowance, now, () => {
      allowance.setPerMinute(now, this.#part);
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
    if (this.#allowance === undefined) return;
    if (this.configured === undefined) this.#allowance = undefined;
    else this.#setLimit(this.#allowance, this.configured, now);
    this.#options.revision.bump();
  }

  /** An answer to what was sent at `sentAt` states limits. */
  learn(sentAt: number, spending: Spending | undefined, stated: StatedLimits, now: number): void {
    // What an endpoint has as a whole may still end with the windows of which its deployments tell.
    const limit = this.isLearned ? stated[this.unit] : { ...NOT_STATED, resetMs: stated[this.unit].resetMs };
    const { perMinute } = limit;
    const known = this.#allowance;
    const allowance = known ?? (perMinute === undefined ? undefined : this.#start(perMinute, now));
    if (allowance === undefined) return;
    this.#change(allowance, now, () => {
      let remaining: number | undefined;
      this.#correctBy(allowance, now, () => (remaining = allowance.learn(sentAt, limit)));
      if (perMinute !== undefined) this.#setLimit(allowance, Math.min(perMinute, this.configured ?? perMinute), now);
      if (remaining === undefined) return;
      if (known === undefined) allowance.spend(now, Math.max(0, allowance.capacity - remaining));
      else if (spending?.allowance === allowance) this.#correct(spending, limit, remaining, now);
    });
    if (known === undefined) this.#options.revision.bump();
  }

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
    return this.configured === undefined && tokens > allowance.capacity ? 1 : tokens;
  }

  #start(limit: number, now: number): Allowance {
    this.#limit = limit;
    this.#unsettled = 0;
    this.#corrected = 0;
    this.#allowance =
      this.#options.metering === 'continuous'
        ? new TokenBucket(this.#part, now)
        : new SlidingWindow(this.#part, this.unit === 'requests' ? LONGEST_REQUEST_WINDOW_MS : MINUTE_MS);
    return this.#allowance;
  }

  get #part(): number {
    return this.#processes === 1 ? this.#limit : Math.max(1, this.#limit / this.#processes);
  }

  #setLimit(allowance: Allowance, limit: number, now: number): void {
    if (limit === this.#limit) return;
    this.#limit = limit;
    this.#correctBy(allowance, now, () => allowance.setPerMinute(now, this.#part));
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
  #correct(
    { allowance, count, unseen }: Spending,
    { perMinute = allowance.perMinute }: StatedLimit,
    remaining: number,
    now: number,
  ): void {
    const missing = count - this.#corrected - remaining;
    const surplus = perMinute === allowance.perMinute ? Math.max(0, -missing - unseen) : 0;
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

/** What an attempt holds of a budget until it ends. */
class BudgetPass implements Pass {
  readonly #budget: Budget;
  readonly #sentAt: number;
  readonly #spending: Spending | undefined;

  constructor(budget: Budget, sentAt: number, spending: Spending | undefined) {
    this.#budget = budget;
    this.#sentAt = sentAt;
    this.#spending = spending;
  }

  learnLimits(stated: StatedLimits, now: number): void {
    this.#budget.learn(this.#sentAt, this.#spending, stated, now);
  }

  settle(outcome: Outcome, now: number): void {
    this.#budget.settle(this.#sentAt, this.#spending, outcome, now);
  }
}
