import { ORDINARY_MIX, planCalls, steadyArrivals } from '../call-plan.ts';
import { OURS } from '../contestants/contestant.ts';
import type { Scenario } from '../scenario.ts';
import { successAtLeast, timesOracle } from '../targets.ts';
import { EQUAL_FLEET, withFaults } from './fleets.ts';

const hedged: Scenario = {
  name: 'hang',
  title: 'Hang: one of four takes requests for 90 s and never answers them; calls may be hedged',
  timeFactor: 15,
  warmUpMs: 25_000,
  untilMs: 140_000,
  deadlineMs: 40_000,
  isStream: false,
  servers: withFaults(EQUAL_FLEET, { 'azure-b': [{ kind: 'silent', fromMs: 40_000, untilMs: 130_000 }] }),
  wishes: { knowsLimits: true, hedges: true },
  calls: (random) => planCalls(random, steadyArrivals(random, 240, 140_000), ORDINARY_MIX),
  // The others hedge nothing: `hang-defaults` shows what a hang does to them.
  contestants: [OURS, 'rotation', 'rotation with failover'],
  targets: [successAtLeast(1), timesOracle('latency', 'p99', 2)],
};

/** No contestant is told or set anything. */
const defaults: Scenario = {
  name: 'hang-defaults',
  title:
    'Hang, without any setting: one of four takes requests for 70 s and never answers them; callers leave after 40 s',
  timeFactor: 20,
  warmUpMs: 0,
  untilMs: 175_000,
  deadlineMs: 40_000,
  isStream: false,
  servers: withFaults(EQUAL_FLEET, { 'azure-b': [{ kind: 'silent', fromMs: 40_000, untilMs: 110_000 }] }),
  wishes: { knowsLimits: false },
  calls: (random) => planCalls(random, steadyArrivals(random, 200, 175_000), ORDINARY_MIX),
  targets: [
    { text: '≤ 3 % of calls lost', figure: ({ success }) => 1 - success, atMost: 0.03 },
    { text: '≤ 16 attempts at the dead endpoint', figure: ({ attemptsOnDead }) => attemptsOnDead, atMost: 16 },
  ],
};

export const hangs: readonly Scenario[] = [hedged, defaults];
