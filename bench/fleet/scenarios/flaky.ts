import { ORDINARY_MIX, planCalls, steadyArrivals } from '../call-plan.ts';
import type { Fault, Scenario } from '../scenario.ts';
import { noneOf } from '../targets.ts';
import { EQUAL_FLEET } from './fleets.ts';

const UNTIL_MS = 100_000;

const FLAKY: Fault = {
  kind: 'flaky',
  shares: { 'status-500': 0.05, reset: 0.04, malformed: 0.02, 'cut-before-content': 0.03, 'cut-after-content': 0.02 },
};

export const flaky: Scenario = {
  name: 'flaky',
  title: 'Flaky everything: 16 % of streams fail, in five ways, and 4 % of the requests are bad',
  timeFactor: 10,
  warmUpMs: 5_000,
  untilMs: UNTIL_MS,
  deadlineMs: 60_000,
  isStream: true,
  servers: EQUAL_FLEET.map((server) => ({ ...server, faults: [FLAKY] })),
  wishes: { knowsLimits: true },
  calls: (random) => planCalls(random, steadyArrivals(random, 260, UNTIL_MS), { ...ORDINARY_MIX, bad: 0.04 }),
  targets: [
    noneOf('calls that show a failure before content', ({ integrity }) => integrity.visibleFailures),
    noneOf('calls with anything doubled', ({ integrity }) => integrity.doubled),
    noneOf('cut calls that pass for whole', ({ integrity }) => integrity.cutAsWhole),
    noneOf('bad requests not asked exactly once', ({ integrity }) => integrity.badNotAskedOnce),
    noneOf('calls that never end', ({ integrity }) => integrity.stillOpen),
  ],
};
