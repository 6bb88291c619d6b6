import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Quota } from '../../../src/limits/quota.ts';
import { SlidingWindow } from '../../../src/limits/sliding-window.ts';
import { TokenBucket } from '../../../src/limits/token-bucket.ts';

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

describe('what is given back to a sliding window', () => {
  it('is there at once', () => {
    const window = new SlidingWindow(60_000, 60_000);
    window.spend(0, 50_000);

    window.spend(10_000, -30_000);

    expect(window.level(10_000)).toBe(40_000);
  });

  it('is not there a second time when what it was taken from is over', () => {
    const window = new SlidingWindow(60_000, 60_000);
    window.spend(0, 50_000);

    window.spend(50_000, -30_000);

    expect(window.level(61_000)).toBe(60_000);
  });
});

describe('a rejection although there was room', () => {
  /** 600 requests a minute: 100 in ten seconds, 10 in one. Returns how many may be sent at once, long after. */
  function burstAfterRejection(
    sentAt: readonly number[],
    rejected: { sentAt: number; heardAt: number; retryAfterMs?: number },
  ): number {
    const quota = new Quota({ rpm: 600 }, 'windows', 0);
    for (const at of sentAt) quota.reserve(at, 1);
    quota.wasRejected(rejected.heardAt, rejected.sentAt, rejected.retryAfterMs);
    const later = rejected.heardAt + 60_000;
    let burst = 0;
    for (; quota.availableAt(later, 1) <= later; burst++) quota.reserve(later, 1);
    return burst;
  }
  const times = (count: number, at: (index: number) => number) =>
    Array.from({ length: count }, (_, index) => at(index));

  it.each([0, 8_000, 30_000])(
    'shows the shortest time that was overrun when its request was sent, although it is heard %i ms later',
    (heardAt) => {
      const sentAt = times(25, () => 0);

      expect(burstAfterRejection(sentAt, { sentAt: 0, heardAt })).toBe(10);
    },
  );

  it('shows no time that is shorter than the one after which the service wants to be asked again', () => {
    const sentAt = times(25, () => 0);

    expect(burstAfterRejection(sentAt, { sentAt: 0, heardAt: 8_000, retryAfterMs: 1_500 })).toBe(20);
  });

  it.each([500, 3_000])('shows nothing where no time was overrun, heard %i ms later', (lateMs) => {
    // Eight in each second, of the ten that there may be.
    const heardAt = 4_000 + lateMs;
    const sentAt = times(1 + heardAt / 125, (index) => index * 125);

    expect(burstAfterRejection(sentAt, { sentAt: 4_000, heardAt })).toBe(100);
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
