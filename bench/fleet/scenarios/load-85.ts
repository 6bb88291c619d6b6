import { ORDINARY_MIX, planCalls, steadyArrivals } from '../call-plan.ts';
import type { Scenario } from '../scenario.ts';
import { rateLimitedAtMost, successAtLeast, timesOracle } from '../targets.ts';
import { UNEQUAL_FLEET, UNEQUAL_FLEET_RPM } from './fleets.ts';

const UNTIL_MS = 135_000;

export const load85: Scenario = {
  name: 'load-85',
  title: 'Unequal quotas (150, 240, 120 and 60 a minute), 85 % load',
  timeFactor: 18,
  warmUpMs: 15_000,
  untilMs: UNTIL_MS,
  deadlineMs: 60_000,
  isStream: false,
  servers: UNEQUAL_FLEET,
  wishes: { knowsLimits: true },
  calls: (random) => planCalls(random, steadyArrivals(random, 0.85 * UNEQUAL_FLEET_RPM, UNTIL_MS), ORDINARY_MIX),
  targets: [successAtLeast(1), rateLimitedAtMost(0.01), timesOracle('latency', 'p95', 1.05)],
};
