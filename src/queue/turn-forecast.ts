import { MINUTE_MS } from '../limits/allowance.ts';
import type { Unit } from '../limits/stated-limits.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { Pace } from '../gates/budget.ts';

/** Calls, and the tokens that they are expected to use. */
export interface Demand {
  readonly calls: number;
  readonly tokens: number;
}

/**
 * The first moment at which limits may allow so much, by all that is left now and all that comes in: no call of it is clear to come
 * too late before that. Where no limit is known, that is now.
 *
 * @param until deployments that are out for longer do not count.
 */
export function allowedAt(deployments: readonly Deployment[], now: number, until: number, demand: Demand): number {
  return Math.max(
    paidAt(deployments, now, until, 'requests', demand.calls),
    paidAt(deployments, now, until, 'tokens', demand.tokens),
  );
}

function paidAt(deployments: readonly Deployment[], now: number, until: number, unit: Unit, amount: number): number {
  let lacking = amount;
  let perMinute = 0;
  for (const deployment of deployments) {
    if (isOut(deployment, until)) continue;
    const least = tightest(deployment, now, unit);
    if (least === undefined) return now;
    lacking -= Math.max(0, least.burst);
    perMinute += least.perMinute;
  }
  return lacking <= 0 || perMinute === 0 ? now : now + (lacking * MINUTE_MS) / perMinute;
}

/** One that is being probed may be back at any time. */
const isOut = ({ endpoint, cooledAt }: Deployment, until: number): boolean =>
  endpoint.isSkipped || (cooledAt > until && cooledAt !== Infinity);

function tightest({ budgets }: Deployment, now: number, unit: Unit): Pace | undefined {
  let least: Pace | undefined;
  for (const budget of budgets) {
    const pace = budget.unit === unit ? budget.pace(now) : undefined;
    if (pace !== undefined && (least === undefined || pace.perMinute < least.perMinute)) least = pace;
  }
  return least;
}
