import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { SlidingWindow } from '../../../src/health/sliding-window.ts';
import { TokenBucket } from '../../../src/health/token-bucket.ts';

const steps = fc.array(fc.record({ afterMs: fc.nat(4_000), wanted: fc.integer({ min: 1, max: 5 }) }), {
  minLength: 1,
  maxLength: 200,
});

describe('a sliding window', () => {
  it('never lets more through than its share of any stretch of its length, wherever that begins', () => {
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: 30, max: 600 }),
        fc.constantFrom(1_000, 10_000),
        (taken, perMinute, windowMs) => {
          const window = new SlidingWindow(perMinute, windowMs);
          const spent: { at: number; amount: number }[] = [];
          let now = 0;
          for (const { afterMs, wanted } of taken) {
            now += afterMs;
            const amount = Math.min(wanted, window.capacity);
            if (window.availableAt(now, amount) > now) continue;
            window.spend(now, amount);
            spent.push({ at: now, amount });
          }
          for (const { at } of spent) {
            const within = spent.filter((other) => other.at >= at && other.at < at + windowMs);
            expect(within.reduce((sum, { amount }) => sum + amount, 0)).toBeLessThanOrEqual(window.capacity);
          }
        },
      ),
    );
  });

  it('names the first moment at which there is room, and there is room then', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const window = new SlidingWindow(60, 10_000);
        let now = 0;
        for (const { afterMs, wanted } of taken) {
          const at = window.availableAt(now, wanted);
          expect(window.level(at)).toBeGreaterThanOrEqual(Math.min(wanted, window.capacity));
          now = Math.max(now + afterMs, at);
          window.spend(now, wanted);
        }
      }),
    );
  });
});

describe('a token bucket', () => {
  it('has room at the moment that it names', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 10, max: 6_000 }), (taken, perMinute) => {
        const bucket = new TokenBucket(perMinute, 0);
        let now = 0;
        for (const { afterMs, wanted } of taken) {
          now = Math.max(now + afterMs, bucket.availableAt(now, wanted));
          expect(bucket.level(now)).toBeGreaterThanOrEqual(Math.min(wanted, bucket.capacity) - 1e-6);
          bucket.spend(now, wanted);
        }
      }),
    );
  });
});
