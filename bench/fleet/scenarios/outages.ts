import { ORDINARY_MIX, planCalls, steadyArrivals } from '../call-plan.ts';
import type { Scenario } from '../scenario.ts';
import { successAtLeast, timesOracle } from '../targets.ts';
import { EQUAL_FLEET, withFaults } from './fleets.ts';

const UNTIL_MS = 175_000;

export const outages: Scenario = {
  name: 'outages',
  title: 'Two outages of 45 s, one endpoint each (503, then connections reset), 50 calls a minute and endpoint',
  timeFactor: 18,
  warmUpMs: 10_000,
  untilMs: UNTIL_MS,
  deadlineMs: 60_000,
  isStream: false,
  servers: withFaults(EQUAL_FLEET, {
    'azure-b': [{ kind: 'dead', how: 'status', fromMs: 20_000, untilMs: 65_000 }],
    'openai-c': [{ kind: 'dead', how: 'reset', fromMs: 95_000, untilMs: 140_000 }],
  }),
  wishes: { knowsLimits: true },
  calls: (random) => planCalls(random, steadyArrivals(random, 4 * 50, UNTIL_MS), ORDINARY_MIX),
  targets: [
    successAtLeast(1),
    { text: '≤ 16 attempts on dead endpoints', figure: ({ attemptsOnDead }) => attemptsOnDead, atMost: 16 },
    timesOracle('latency', 'p99', 1.1),
    {
      text: 'full share again ≤ 15 s after healing',
      figure: (score) => (score.recoveryMs ?? Infinity) / 1_000,
      atMost: 15,
    },
  ],
};
