import { OURS } from '../contestants/contestant.ts';
import type { Scenario, Target } from '../scenario.ts';
import { load140 } from './load-140.ts';
import { load85 } from './load-85.ts';
import { tokenBound } from './token-bound.ts';

/** What does not know the quotas may fall short of each figure by two points. */
const POINTS = 0.02;

const relax = (target: Target): Target => ({
  ...target,
  text: `${target.text}, within 2 points`,
  ...(target.atLeast !== undefined && { atLeast: target.atLeast - POINTS }),
  ...(target.atMost !== undefined && { atMost: target.atMost + POINTS }),
});

/** The same fleet and the same calls, but what the quotas are can only be learned from headers. */
const withUnknownLimits = (scenario: Scenario): Scenario => ({
  ...scenario,
  name: `${scenario.name}-unknown`,
  drawnAs: scenario.name,
  title: `${scenario.title}; limits unknown in advance`,
  wishes: { ...scenario.wishes, knowsLimits: false },
  // For the others nothing changes: they make no use of limits.
  contestants: [OURS],
  targets: scenario.targets.map((target) => relax(target)),
});

export const unknownLimits: readonly Scenario[] = [load85, load140, tokenBound].map((scenario) =>
  withUnknownLimits(scenario),
);
