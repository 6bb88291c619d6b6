import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Allowance } from '../../../src/limits/allowance.ts';
import { SlidingWindow } from '../../../src/limits/sliding-window.ts';
import { TokenBucket } from '../../../src/limits/token-bucket.ts';

/** So often is looked whether something can be spent. */
const STEP_MS = 50;

/** All that can be spent until a time, when everything is spent at once. */
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

describe.each<[string, (perMinute: number) => Allowance]>([
  ['a token bucket', (perMinute) => new TokenBucket(perMinute, 0)],
  ['a sliding window of ten seconds', (perMinute) => new SlidingWindow(perMinute, 10_000)],
  ['a sliding window of a minute', (perMinute) => new SlidingWindow(perMinute, 60_000)],
])('%s', (_, make) => {
  it('has room at the first moment that it names', () => {
    const steps = fc.array(fc.record({ afterMs: fc.nat(4_000), wanted: fc.integer({ min: 1, max: 5 }) }), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: 10, max: 600 }), (taken, perMinute) => {
        const allowance = make(perMinute);
        let now = 0;
        for (const { afterMs, wanted } of taken) {
          const at = allowance.availableAt(now, wanted);
          expect(allowance.level(at)).toBeGreaterThanOrEqual(Math.min(wanted, allowance.capacity) - 1e-6);
          now = Math.max(now + afterMs, at);
          allowance.spend(now, wanted);
        }
      }),
    );
  });

  it('never gives more than its burst, and what comes in evenly meanwhile', () => {
    const spendings = fc.array(
      fc.record({ afterMs: fc.nat(6_000), part: fc.double({ min: 0, max: 1, noNaN: true }) }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 600 }), spendings, fc.nat(30_000), (perMinute, before, forMs) => {
        const allowance = make(perMinute);
        let now = 0;
        for (const { afterMs, part } of before) {
          now += afterMs;
          allowance.spend(now, Math.floor(part * Math.max(0, allowance.level(now))));
        }
        const most = allowance.burst(now) + (forMs * perMinute) / 60_000;

        expect(spendAll(allowance, now, now + forMs)).toBeLessThanOrEqual(most + 1e-6);
      }),
    );
  });
});
