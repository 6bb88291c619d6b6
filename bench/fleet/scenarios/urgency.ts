import { ORDINARY_MIX, type PlannedCall, planCalls, steadyArrivals } from '../call-plan.ts';
import { OURS } from '../contestants/contestant.ts';
import type { Random } from '../random.ts';
import type { Scenario, Target } from '../scenario.ts';
import { goodputAtLeast } from '../targets.ts';
import { UNEQUAL_FLEET_RPM } from './fleets.ts';
import { load140 } from './load-140.ts';

const withUrgency = (random: Random, calls: readonly PlannedCall[], background: number): readonly PlannedCall[] =>
  calls.map((call) => ({ ...call, urgency: random() < background ? 'background' : 'interactive' }));

const INTERACTIVE: readonly Target[] = [
  {
    text: 'all interactive calls answered',
    figure: ({ urgency }) => urgency?.interactiveSuccess ?? 0,
    atLeast: 1,
  },
  {
    text: 'interactive calls wait ≤ 1 s at p95',
    figure: ({ urgency }) => (urgency?.interactiveWait.p95 ?? Infinity) / 1_000,
    atMost: 1,
  },
];

/** The calls of `load-140`, most of which could wait. */
const urgency: Scenario = {
  ...load140,
  name: 'urgency',
  drawnAs: load140.name,
  timeFactor: 10,
  title:
    'Unequal quotas (150, 240, 120 and 60 a minute), 140 % load, of which 20 % is interactive; calls wait for 15 s at most',
  contestants: [OURS, 'rotation'],
  calls: (random) => withUrgency(random, load140.calls(random), 0.8),
  targets: [...INTERACTIVE, goodputAtLeast(0.95)],
};

/** Nothing but windows, which work that could wait spends at once. */
const windows: Scenario = {
  ...urgency,
  name: 'urgency-windows',
  contestants: [OURS],
  title: 'The same at two endpoints with windows of 10 s',
  servers: [
    { name: 'azure-a', kind: 'azure', rpm: 300, tpm: 10_000_000, windowMs: 10_000 },
    { name: 'azure-b', kind: 'azure', rpm: 270, tpm: 10_000_000, windowMs: 10_000 },
  ],
};

const UNTIL_MS = 135_000;

const crowded: Scenario = {
  ...urgency,
  name: 'urgency-crowded',
  contestants: [OURS],
  drawnAs: 'urgency-crowded',
  title: 'The same with 120 % load of interactive calls alone, and 80 % of background calls beside it',
  calls: (random) =>
    withUrgency(random, planCalls(random, steadyArrivals(random, 2 * UNEQUAL_FLEET_RPM, UNTIL_MS), ORDINARY_MIX), 0.4),
  targets: [
    {
      text: '8 to 15 % of the answers to background calls',
      figure: ({ urgency: score }) => score?.backgroundShare ?? 0,
      atLeast: 0.08,
      atMost: 0.15,
    },
    goodputAtLeast(0.95),
  ],
};

export const urgencies: readonly Scenario[] = [urgency, windows, crowded];
