import { ORDINARY_MIX, planCalls, steadyArrivals } from '../call-plan.ts';
import { OURS } from '../contestants/contestant.ts';
import type { Scenario } from '../scenario.ts';
import { rateLimitedAtMost, successAtLeast } from '../targets.ts';

const UNTIL_MS = 120_000;
const RPM = 480;
const SHARED = { kind: 'azure', rpm: RPM, tpm: 10_000_000, windowMs: 10_000, quotaGroup: 'region' } as const;

const quotaGroup: Scenario = {
  name: 'quota-group',
  title: 'Two endpoints of one region that share a quota of 480 a minute, 100 % load',
  timeFactor: 10,
  warmUpMs: 20_000,
  untilMs: UNTIL_MS,
  deadlineMs: 60_000,
  isStream: false,
  servers: [
    { name: 'east-1', ...SHARED },
    { name: 'east-2', ...SHARED },
  ],
  wishes: { knowsLimits: true },
  calls: (random) => planCalls(random, steadyArrivals(random, RPM, UNTIL_MS), ORDINARY_MIX),
  contestants: [OURS, 'rotation', 'rotation with failover'],
  targets: [successAtLeast(1), rateLimitedAtMost(0.01)],
};

/** Each of the two is taken for one with a quota of its own. */
const undeclared: Scenario = {
  ...quotaGroup,
  name: 'quota-group-undeclared',
  drawnAs: quotaGroup.name,
  title: `${quotaGroup.title}; no contestant knows that they share it`,
  wishes: { knowsLimits: true, knowsGroups: false },
  // For the others nothing changes: they make no use of groups.
  contestants: [OURS],
  targets: [],
};

export const quotaGroups: readonly Scenario[] = [quotaGroup, undeclared];
