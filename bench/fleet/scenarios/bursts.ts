import { ORDINARY_MIX, planCalls } from '../call-plan.ts';
import { OURS } from '../contestants/contestant.ts';
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

const known: Scenario = {
  name: 'bursts',
  title: 'Bursts of 80 calls every 15 s on windows of 10 s (30 calls each) and 1 s (2 calls each)',
  timeFactor: 5,
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
  contestants: [OURS, 'rotation', 'rotation with failover'],
  targets: [successAtLeast(1), rateLimitedAtMost(0.05), timesOracle('latency', 'p99', 1.2)],
};

/** Limits, windows and their ends can only be learned from what answers state. */
const unknown: Scenario = {
  ...known,
  name: 'bursts-unknown',
  drawnAs: known.name,
  title: 'The same bursts; limits and windows unknown in advance',
  wishes: { knowsLimits: false },
  // For the others nothing changes: they make no use of limits.
  contestants: [OURS],
  targets: [successAtLeast(1), timesOracle('latency', 'p99', 1.2)],
};

/** Only a rejection says when to come again: what cannot be known costs rejections or time, and no figure is set for it. */
const silent: Scenario = {
  ...unknown,
  name: 'bursts-silent',
  title: 'The same bursts; limits and windows unknown in advance, and answers say nothing of them',
  servers: known.servers.map((server) => ({ ...server, isSilentOnQuota: true })),
  targets: [successAtLeast(1)],
};

export const bursts: readonly Scenario[] = [known, unknown, silent];
