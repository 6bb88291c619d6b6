import { OURS } from '../contestants/contestant.ts';
import type { Scenario } from '../scenario.ts';
import { cutOffAtMost, goodputAtLeast, timesIdle } from '../targets.ts';
import { load140 } from './load-140.ts';

/** The calls of `load-140`. A contestant cannot read from an abort signal when it will abort. */
export const impatient: Scenario = {
  ...load140,
  name: 'load-140-impatient',
  drawnAs: load140.name,
  title:
    'Unequal quotas (150, 240, 120 and 60 a minute), 140 % load, calls may wait for 60 s, but callers leave after 45 s',
  deadlineMs: 45_000,
  wishes: { knowsLimits: true },
  // The others do with these calls what they do in `load-140`; two of them show it.
  contestants: [OURS, 'rotation', 'rotation with failover'],
  targets: [goodputAtLeast(0.97), cutOffAtMost(0.02), timesIdle(3)],
};
