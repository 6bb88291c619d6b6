import { ORDINARY_MIX, planCalls, steadyArrivals } from '../call-plan.ts';
import { OURS } from '../contestants/contestant.ts';
import type { Scenario } from '../scenario.ts';
import { rateLimitedAtMost, sharesWithin, successAtLeast } from '../targets.ts';
import { EQUAL_FLEET } from './fleets.ts';

const UNTIL_MS = 300_000;

export const even: Scenario = {
  name: 'even',
  title:
    'Even: four of the same weight and limit, buckets that hold a quarter of a minute and windows of 10 s, 42 % of what they may take; limits unknown in advance',
  timeFactor: 25,
  warmUpMs: 0,
  untilMs: UNTIL_MS,
  deadlineMs: 60_000,
  isStream: false,
  showsShares: true,
  servers: EQUAL_FLEET.map((server) => ({ ...server, bucketMs: 15_000 })),
  wishes: { knowsLimits: false },
  calls: (random) => planCalls(random, steadyArrivals(random, 200, UNTIL_MS), ORDINARY_MIX),
  // The others ask the first for as long as it works.
  contestants: [OURS, 'rotation', 'rotation with failover'],
  targets: [successAtLeast(1), rateLimitedAtMost(0.01), sharesWithin(2)],
};
