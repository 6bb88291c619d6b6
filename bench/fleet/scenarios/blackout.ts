import { ORDINARY_MIX, planCalls, steadyArrivals } from '../call-plan.ts';
import type { Scenario } from '../scenario.ts';
import { EQUAL_FLEET, withFaults } from './fleets.ts';

const UNTIL_MS = 90_000;
const DARK = { kind: 'dead', fromMs: 30_000, untilMs: 55_000 } as const;

export const blackout: Scenario = {
  name: 'blackout',
  title: 'Blackout: all four dead for 25 s; callers wait for 40 s',
  timeFactor: 12,
  warmUpMs: 10_000,
  untilMs: UNTIL_MS,
  deadlineMs: 40_000,
  isStream: false,
  servers: withFaults(EQUAL_FLEET, {
    'openai-a': [{ ...DARK, how: 'reset' }],
    'azure-b': [{ ...DARK, how: 'status' }],
    'openai-c': [{ ...DARK, how: 'status' }],
    'azure-d': [{ ...DARK, how: 'reset' }],
  }),
  wishes: { knowsLimits: true },
  calls: (random) => planCalls(random, steadyArrivals(random, 200, UNTIL_MS), ORDINARY_MIX),
  targets: [
    {
      text: '≥ 95 % of its calls carried across',
      figure: ({ whileAllDead }) => whileAllDead?.carried ?? 0,
      atLeast: 0.95,
    },
    {
      text: '≤ 1 attempt per call during it',
      figure: ({ whileAllDead }) => whileAllDead?.attemptsPerCall ?? Infinity,
      atMost: 1,
    },
  ],
};
