import { type CallMix, planCalls, steadyArrivals } from '../call-plan.ts';
import { OURS } from '../contestants/contestant.ts';
import type { Scenario } from '../scenario.ts';
import { rateLimitedAtMost, successAtLeast } from '../targets.ts';

const UNTIL_MS = 220_000;

/** About 2,100 tokens are charged in advance for a call, between 500 and 4,300. */
const LARGE_MIX: CallMix = {
  promptWords: [150, 2_000],
  maxTokens: [300, 1_000],
  outputShare: [0.3, 0.9],
  firstToken: { medianMs: 900, sigma: 0.35 },
  output: { medianMs: 2_000, sigma: 0.45 },
  bad: 0,
};

/** 680,000 tokens a minute between them; as many requests as Azure allows with these, which is far more than are made. */
export const tokenBound: Scenario = {
  name: 'token-bound',
  title: 'Token quotas (240, 200, 160 and 80 thousand a minute), charged in advance, 90 % of them asked for',
  timeFactor: 20,
  warmUpMs: 20_000,
  untilMs: UNTIL_MS,
  deadlineMs: 90_000,
  isStream: false,
  servers: [
    { name: 'openai-240k', kind: 'openai', rpm: 1_440, tpm: 240_000 },
    { name: 'azure-200k', kind: 'azure', rpm: 1_200, tpm: 200_000, windowMs: 10_000 },
    { name: 'azure-160k', kind: 'azure', rpm: 960, tpm: 160_000, windowMs: 10_000 },
    { name: 'openai-80k', kind: 'openai', rpm: 480, tpm: 80_000 },
  ],
  wishes: { knowsLimits: true },
  calls: (random) => planCalls(random, steadyArrivals(random, 290, UNTIL_MS), LARGE_MIX),
  contestants: [OURS, 'rotation', 'rotation with failover'],
  targets: [successAtLeast(1), rateLimitedAtMost(0.02)],
};
