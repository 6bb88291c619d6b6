import { ORDINARY_MIX, planCalls, steadyArrivals } from '../call-plan.ts';
import { OURS } from '../contestants/contestant.ts';
import type { Scenario } from '../scenario.ts';
import { noneOf, successAtLeast, timesOracle } from '../targets.ts';
import { UNEQUAL_FLEET, UNEQUAL_FLEET_RPM } from './fleets.ts';
import { load140 } from './load-140.ts';

/** `load-140`, with another model that has room for all of it. */
const fallback140: Scenario = {
  ...load140,
  name: 'fallback',
  title:
    'Unequal quotas (150, 240, 120 and 60 a minute), 140 % load, a fallback model with plenty; calls wait 2 s for their own',
  timeFactor: 10,
  deadlineMs: 60_000,
  servers: [...UNEQUAL_FLEET, { name: 'spare', kind: 'openai', rpm: 3_000, tpm: 10_000_000, isFallback: true }],
  wishes: { knowsLimits: true, fallbackAfterMs: 2_000 },
  // Rotations know no order of models.
  contestants: [OURS, 'ai-retry', 'ai-fallback'],
  targets: [
    successAtLeast(1),
    {
      text: "first model's quota used to ≥ 97 %",
      figure: (score) => score.fallback?.ownQuotaUsed ?? 0,
      atLeast: 0.97,
    },
    timesOracle('latency', 'p95', 1.1),
  ],
};

const UNTIL_MS = 90_000;

/** Its own model has room for each call within what calls wait for it. */
const fallback85: Scenario = {
  ...fallback140,
  name: 'fallback-85',
  title: 'The same at 85 % load, without the window of 10 s: the first model can serve each call in time',
  timeFactor: 10,
  warmUpMs: 15_000,
  untilMs: UNTIL_MS,
  servers: fallback140.servers.map((server) => (server.windowMs === 10_000 ? { ...server, windowMs: 1_000 } : server)),
  calls: (random) => planCalls(random, steadyArrivals(random, 0.85 * UNEQUAL_FLEET_RPM, UNTIL_MS), ORDINARY_MIX),
  targets: [successAtLeast(1), noneOf('answers by the fallback model', (score) => score.fallback?.share ?? 1)],
};

export const fallbacks: readonly Scenario[] = [fallback140, fallback85];
