import { ORDINARY_MIX, planCalls, steadyArrivals } from '../call-plan.ts';
import type { Scenario } from '../scenario.ts';
import { goodputAtLeast, rateLimitedAtMost } from '../targets.ts';
import { UNEQUAL_FLEET, UNEQUAL_FLEET_RPM } from './fleets.ts';

const UNTIL_MS = 135_000;

export const load140: Scenario = {
  name: 'load-140',
  title: 'Unequal quotas (150, 240, 120 and 60 a minute), 140 % load, calls wait for 15 s at most',
  timeFactor: 9,
  // What full buckets hold at the start is spent within a minute.
  warmUpMs: 60_000,
  untilMs: UNTIL_MS,
  deadlineMs: 30_000,
  isStream: false,
  servers: UNEQUAL_FLEET,
  wishes: { knowsLimits: true, maxWaitMs: 15_000 },
  calls: (random) => planCalls(random, steadyArrivals(random, 1.4 * UNEQUAL_FLEET_RPM, UNTIL_MS), ORDINARY_MIX),
  targets: [goodputAtLeast(0.95), rateLimitedAtMost(0.02)],
};
