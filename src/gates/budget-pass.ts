import type { Allowance } from '../limits/allowance.ts';
import type { StatedLimit, StatedLimits } from '../limits/stated-limits.ts';
import type { Pass } from './gate.ts';
import type { Outcome } from './outcome.ts';

/** Where a pass tells what it hears. */
export interface Account {
  learn(sentAt: number, spending: Spending | undefined, stated: StatedLimits, now: number): void;
  settle(sentAt: number, spending: Spending | undefined, outcome: Outcome, now: number): void;
}

/** What an attempt has spent of a known limit. */
export interface Spending {
  /** Of which it was spent: none that was forgotten since is settled. */
  readonly allowance: Allowance;
  readonly amount: number;
  /** What was left by our count right after it, and what had been corrected by then. */
  readonly count: number;
  /** What other attempts had spent and not settled by then. */
  readonly unseen: number;
}

/** What an answer states, with what is left by its count. */
export type Stated = StatedLimit & { readonly remaining: number };

/** What an attempt holds of a budget until it ends. */
export class BudgetPass implements Pass {
  readonly #account: Account;
  readonly #sentAt: number;
  readonly #spending: Spending | undefined;

  constructor(account: Account, sentAt: number, spending: Spending | undefined) {
    this.#account = account;
    this.#sentAt = sentAt;
    this.#spending = spending;
  }

  learnLimits(stated: StatedLimits, now: number): void {
    this.#account.learn(this.#sentAt, this.#spending, stated, now);
  }

  settle(outcome: Outcome, now: number): void {
    this.#account.settle(this.#sentAt, this.#spending, outcome, now);
  }
}
