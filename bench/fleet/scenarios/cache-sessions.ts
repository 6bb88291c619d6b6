import { ORDINARY_MIX, planCalls } from '../call-plan.ts';
import { OURS } from '../contestants/contestant.ts';
import { exponential, type Random } from '../random.ts';
import type { Scenario } from '../scenario.ts';
import { successAtLeast } from '../targets.ts';
import { EQUAL_FLEET } from './fleets.ts';

const UNTIL_MS = 150_000;
const TURNS_MS = 9_000;

/** Conversations that begin one after the other, each of up to twelve turns with some seconds between them. */
function turns(random: Random): readonly { readonly atMs: number; readonly cacheKey: string }[] {
  const all: { readonly atMs: number; readonly cacheKey: string }[] = [];
  let conversation = 0;
  for (let begins = 0; begins < UNTIL_MS; begins += exponential(random, 1_500)) {
    conversation += 1;
    let at = begins;
    const last = 4 + Math.floor(random() * 9);
    for (let turn = 0; turn < last && at < UNTIL_MS; turn += 1) {
      all.push({ atMs: at, cacheKey: `conversation-${conversation}` });
      at += 4_000 + exponential(random, TURNS_MS - 4_000);
    }
  }
  return all.toSorted((a, b) => a.atMs - b.atMs);
}

export const cacheSessions: Scenario = {
  name: 'cache-sessions',
  title: 'Conversations with a promptCacheKey, at 65 % of the quotas',
  timeFactor: 20,
  warmUpMs: 10_000,
  untilMs: UNTIL_MS,
  deadlineMs: 60_000,
  isStream: false,
  servers: EQUAL_FLEET,
  wishes: { knowsLimits: true },
  calls: (random) => {
    const planned = turns(random);
    const arrivals = planned.map(({ atMs }) => atMs);
    return planCalls(random, arrivals, ORDINARY_MIX, (index) => planned[index]!.cacheKey);
  },
  contestants: [OURS, 'rotation', 'rotation with failover'],
  targets: [
    successAtLeast(1),
    {
      text: "cache hits ≥ 95 % of the oracle's",
      figure: ({ cacheHits, oracleCacheHits }) => cacheHits / oracleCacheHits,
      atLeast: 0.95,
    },
  ],
};
