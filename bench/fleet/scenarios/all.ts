import type { Scenario } from '../scenario.ts';
import { blackout } from './blackout.ts';
import { brownOuts } from './brown-out.ts';
import { bursts } from './bursts.ts';
import { cacheSessions } from './cache-sessions.ts';
import { even } from './even.ts';
import { fallbacks } from './fallback.ts';
import { flaky } from './flaky.ts';
import { hangs } from './hang.ts';
import { impatient } from './impatient.ts';
import { load140 } from './load-140.ts';
import { load85 } from './load-85.ts';
import { outages } from './outages.ts';
import { quotaGroups } from './quota-group.ts';
import { tokenBound } from './token-bound.ts';
import { unknownLimits } from './unknown-limits.ts';
import { urgencies } from './urgency.ts';

/** In the order of the tables. */
export const SCENARIOS: readonly Scenario[] = [
  load85,
  load140,
  impatient,
  tokenBound,
  ...unknownLimits,
  even,
  outages,
  ...brownOuts,
  ...hangs,
  flaky,
  ...bursts,
  blackout,
  cacheSessions,
  ...fallbacks,
  ...quotaGroups,
  ...urgencies,
];

export function findScenario(name: string): Scenario {
  const scenario = SCENARIOS.find((candidate) => candidate.name === name);
  if (scenario === undefined) {
    throw new Error(`No scenario '${name}'. There is: ${SCENARIOS.map((candidate) => candidate.name).join(', ')}.`);
  }
  return scenario;
}
