import type { Deployment } from '../deployment/deployment.ts';
import type { Budget } from '../gates/budget.ts';
import { MINUTE_MS } from '../limits/allowance.ts';
import type { Unit } from '../limits/stated-limits.ts';

/** Calls, and the tokens that they are expected to use. */
export interface Demand {
  readonly calls: number;
  readonly tokens: number;
}

export const NO_DEMAND: Demand = { calls: 0, tokens: 0 };

/**
 * The first moment at which limits may allow so much, by all that is left now and all that comes in: no call of it is clear to come
 * too late before that. Where a deployment's limit is not known, that is now.
 *
 * @param until deployments that are out for longer do not count.
 */
export function earliestStart(deployments: readonly Deployment[], now: number, until: number, demand: Demand): number {
  const serving = deployments.filter((deployment) => !isOut(deployment, now, until));
  return Math.max(
    earliestStartOf(serving, now, 'requests', demand.calls),
    earliestStartOf(serving, now, 'tokens', demand.tokens),
  );
}

function earliestStartOf(deployments: readonly Deployment[], now: number, unit: Unit, amount: number): number {
  let lacking = amount;
  let perMinute = 0;
  const counted = new Set<Budget>();
  for (const deployment of deployments) {
    const budget = tightest(deployment, unit);
    const allowance = budget?.allowance;
    if (budget === undefined || allowance === undefined) return now;
    // Deployments may share it.
    if (counted.has(budget)) continue;
    counted.add(budget);
    lacking -= Math.max(0, allowance.burst(now));
    perMinute += allowance.perMinute;
  }
  return lacking <= 0 || perMinute === 0 ? now : now + (lacking * MINUTE_MS) / perMinute;
}

/** A deployment that is being probed may be back at any time. */
function isOut(deployment: Deployment, now: number, until: number): boolean {
  const recovers = deployment.recovers(now);
  return deployment.isClosedByHand(now) || (typeof recovers === 'number' && recovers > until);
}

function tightest({ budgets }: Deployment, unit: Unit): Budget | undefined {
  let least: Budget | undefined;
  for (const budget of budgets) {
    if (budget.unit !== unit || budget.allowance === undefined) continue;
    if (least?.allowance === undefined || budget.allowance.perMinute < least.allowance.perMinute) least = budget;
  }
  return least;
}
