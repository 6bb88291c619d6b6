import { ORDINARY_MIX, planCalls } from '../call-plan.ts';
import type { Scenario } from '../scenario.ts';
import { rateLimitedAtMost, successAtLeast, timesOracle } from '../targets.ts';

const UNTIL_MS = 140_000;
const EVERY_MS = 15_000;
const BURST = 80;

/** Calls that come all within a tenth of a second, again and again. */
function burstArrivals(random: () => number): readonly number[] {
  const arrivals: number[] = [];
  for (let at = 5_000; at < UNTIL_MS; at += EVERY_MS) {
    for (let call = 0; call < BURST; call += 1) arrivals.push(at + random() * 100);
  }
  return arrivals.toSorted((a, b) => a - b);
}

export const bursts: Scenario = {
  name: 'bursts',
  title: 'Bursts of 80 calls every 15 s on windows of 10 s (30 calls each) and 1 s (2 calls each)',
  timeFactor: 4,
  warmUpMs: 0,
  untilMs: UNTIL_MS,
  deadlineMs: 60_000,
  isStream: false,
  servers: [
    { name: 'azure-180-a', kind: 'azure', rpm: 180, tpm: 10_000_000, windowMs: 10_000 },
    { name: 'azure-180-b', kind: 'azure', rpm: 180, tpm: 10_000_000, windowMs: 10_000 },
    { name: 'azure-120-c', kind: 'azure', rpm: 120, tpm: 10_000_000, windowMs: 1_000 },
    { name: 'azure-120-d', kind: 'azure', rpm: 120, tpm: 10_000_000, windowMs: 1_000 },
  ],
  wishes: { knowsLimits: true },
  calls: (random) => planCalls(random, burstArrivals(random), ORDINARY_MIX),
  targets: [successAtLeast(1), rateLimitedAtMost(0.05), timesOracle('latency', 'p99', 1.3)],
};
