import { ORDINARY_MIX, planCalls, steadyArrivals } from '../call-plan.ts';
import type { Scenario } from '../scenario.ts';
import { successAtLeast, timesOracle } from '../targets.ts';
import { EQUAL_FLEET, withFaults } from './fleets.ts';

const UNTIL_MS = 140_000;

export const hang: Scenario = {
  name: 'hang',
  title: 'Hang: one of four takes requests for 90 s and never answers them',
  timeFactor: 13,
  warmUpMs: 25_000,
  untilMs: UNTIL_MS,
  deadlineMs: 40_000,
  isStream: false,
  servers: withFaults(EQUAL_FLEET, { 'azure-b': [{ kind: 'silent', fromMs: 40_000, untilMs: 130_000 }] }),
  wishes: { knowsLimits: true, hedges: true },
  calls: (random) => planCalls(random, steadyArrivals(random, 240, UNTIL_MS), ORDINARY_MIX),
  targets: [successAtLeast(1), timesOracle('latency', 'p99', 2)],
};
