import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import type { Allowance } from '../../../src/limits/allowance.ts';
import { SlidingWindow } from '../../../src/limits/sliding-window.ts';
import { TokenBucket } from '../../../src/limits/token-bucket.ts';

/** So often is looked whether something can be spent. */
const STEP_MS = 50;

/** All that can be spent until a time, by whoever takes everything at once. */
function spendAll(allowance: Allowance, from: number, until: number): number {
  let spent = 0;
  for (let now = from; now <= until; now += STEP_MS) {
    const amount = Math.floor(allowance.level(now));
    if (amount <= 0) continue;
    allowance.spend(now, amount);
    spent += amount;
  }
  return spent;
}

it.each<[string, (perMinute: number) => Allowance]>([
  ['a bucket', (perMinute) => new TokenBucket(perMinute, 0)],
  ['windows of ten seconds', (perMinute) => new SlidingWindow(perMinute, 10_000)],
])('no more can ever be had of %s than at once, and what comes in evenly meanwhile', (_, make) => {
  const spendings = fc.array(fc.record({ afterMs: fc.nat(6_000), part: fc.double({ min: 0, max: 1, noNaN: true }) }), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(fc.integer({ min: 6, max: 600 }), spendings, fc.nat(30_000), (perMinute, before, forMs) => {
      const allowance = make(perMinute);
      let now = 0;
      for (const { afterMs, part } of before) {
        now += afterMs;
        allowance.spend(now, Math.floor(part * Math.max(0, allowance.level(now))));
      }
      const most = allowance.atOnce(now) + (forMs * perMinute) / 60_000;

      expect(spendAll(allowance, now, now + forMs)).toBeLessThanOrEqual(most + 1e-6);
    }),
  );
});
