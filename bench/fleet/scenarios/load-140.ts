import { ORDINARY_MIX, planCalls, steadyArrivals } from '../call-plan.ts';
import type { Random } from '../random.ts';
import type { Scenario } from '../scenario.ts';
import { goodputAtLeast, rateLimitedAtMost } from '../targets.ts';
import { UNEQUAL_FLEET, UNEQUAL_FLEET_RPM } from './fleets.ts';

const UNTIL_MS = 135_000;
/** For so long more than twice of what the quotas allow is asked for. */
const RUSH_MS = 45_000;

/** The rush spends what full buckets hold at the start, and makes the queue as long as calls may wait. */
function arrivals(random: Random): readonly number[] {
  const rush = steadyArrivals(random, 2.2 * UNEQUAL_FLEET_RPM, RUSH_MS);
  const then = steadyArrivals(random, 1.4 * UNEQUAL_FLEET_RPM, UNTIL_MS - RUSH_MS);
  return [...rush, ...then.map((atMs) => RUSH_MS + atMs)];
}

export const load140: Scenario = {
  name: 'load-140',
  title: 'Unequal quotas (150, 240, 120 and 60 a minute), 140 % load, calls wait for 15 s at most',
  timeFactor: 10,
  // What is measured is a steady overload, and not how it began.
  warmUpMs: 60_000,
  untilMs: UNTIL_MS,
  deadlineMs: 30_000,
  isStream: false,
  servers: UNEQUAL_FLEET,
  wishes: { knowsLimits: true, maxWaitMs: 15_000 },
  calls: (random) => planCalls(random, arrivals(random), ORDINARY_MIX),
  targets: [goodputAtLeast(0.95), rateLimitedAtMost(0.02)],
};
