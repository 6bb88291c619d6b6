import { ORDINARY_MIX, planCalls, steadyArrivals } from '../call-plan.ts';
import { OURS } from '../contestants/contestant.ts';
import type { Scenario } from '../scenario.ts';
import { timesOracle } from '../targets.ts';
import { EQUAL_FLEET, withFaults } from './fleets.ts';

const UNTIL_MS = 140_000;

const helped: Scenario = {
  name: 'brown-out',
  title: 'Brown-out: the first token of one of four takes ten times as long for 60 s; streams',
  timeFactor: 8,
  warmUpMs: 25_000,
  untilMs: UNTIL_MS,
  deadlineMs: 60_000,
  isStream: true,
  servers: withFaults(EQUAL_FLEET, {
    'azure-b': [{ kind: 'slow', factor: 10, fromMs: 45_000, untilMs: 105_000 }],
  }),
  wishes: { knowsLimits: true, prefersFast: true, hedges: true },
  calls: (random) => planCalls(random, steadyArrivals(random, 240, UNTIL_MS), ORDINARY_MIX),
  contestants: [OURS, 'rotation', 'rotation with failover'],
  targets: [
    timesOracle('first content', 'p50', 1.1),
    timesOracle('first content', 'p95', 1.5),
    timesOracle('first content', 'p99', 2.5),
    { text: 'extra attempts ≤ 5 %', figure: ({ extraAttempts }) => extraAttempts, atMost: 0.05 },
  ],
};

const defaults: Scenario = {
  ...helped,
  name: 'brown-out-defaults',
  drawnAs: helped.name,
  title: 'The same brown-out without any setting',
  wishes: { knowsLimits: false },
  // For the others nothing changes: they make no use of settings.
  contestants: [OURS],
  targets: [timesOracle('first content', 'p95', 1.5)],
};

export const brownOuts: readonly Scenario[] = [helped, defaults];
