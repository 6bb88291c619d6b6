import { MINUTE_MS } from '../limits/allowance.ts';
import type { Deployment } from '../deployment/deployment.ts';

/** Calls, and the tokens that they are expected to use. */
export interface Demand {
  readonly calls: number;
  readonly tokens: number;
}

/**
 * The first moment at which limits may allow so much, by all that is left now and all that comes in: no call of it is clear to come
 * too late before that. Where nobody's limit is known, that is now.
 *
 * @param until whoever is out for longer does not count.
 */
export function allowedAt(deployments: readonly Deployment[], now: number, until: number, demand: Demand): number {
  return Math.max(
    paidAt(deployments, now, until, 'requests', demand.calls),
    paidAt(deployments, now, until, 'tokens', demand.tokens),
  );
}

type Unit = 'requests' | 'tokens';

function paidAt(deployments: readonly Deployment[], now: number, until: number, unit: Unit, amount: number): number {
  let lacking = amount;
  let perMinute = 0;
  for (const deployment of deployments) {
    if (isOut(deployment, until)) continue;
    const least = tightest(deployment, now, unit);
    if (least === undefined) return now;
    lacking -= Math.max(0, least.atOnce);
    perMinute += least.perMinute;
  }
  return lacking <= 0 || perMinute === 0 ? now : now + (lacking * MINUTE_MS) / perMinute;
}

/** One that is being probed may be back at any time. */
const isOut = ({ endpoint, cooledAt }: Deployment, until: number): boolean =>
  endpoint.isSkipped || (cooledAt > until && cooledAt !== Infinity);

function tightest({ quotas }: Deployment, now: number, unit: Unit): { atOnce: number; perMinute: number } | undefined {
  let least: { atOnce: number; perMinute: number } | undefined;
  for (const quota of quotas) {
    const pace = quota.pace(now, unit);
    if (pace !== undefined && (least === undefined || pace.perMinute < least.perMinute)) least = pace;
  }
  return least;
}
