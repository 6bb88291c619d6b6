import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { SlidingWindow } from '../../../src/limits/sliding-window.ts';

describe('a sliding window', () => {
  it('never lets more through than its share of any stretch of its length, wherever that begins', () => {
    const steps = fc.array(fc.record({ afterMs: fc.nat(4_000), wanted: fc.integer({ min: 1, max: 5 }) }), {
      minLength: 1,
      maxLength: 200,
    });
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

  it('has what is given back at once', () => {
    const window = new SlidingWindow(60_000, 60_000);
    window.spend(0, 50_000);

    window.spend(10_000, -30_000);

    expect(window.level(10_000)).toBe(40_000);
  });

  it('has what is given back no second time, when what it was taken from is over', () => {
    const window = new SlidingWindow(60_000, 60_000);
    window.spend(0, 50_000);

    window.spend(50_000, -30_000);

    expect(window.level(61_000)).toBe(60_000);
  });

  it.each([
    ['keeps what was charged when less is used', 100, 59_000],
    ['takes what is used beyond what was charged', 1_500, 58_500],
  ])('%s', (_, used, left) => {
    const window = new SlidingWindow(60_000, 60_000);
    window.spend(0, 1_000);

    window.settle(2_000, 1_000, used);

    expect(window.level(2_000)).toBe(left);
  });
});

describe('a sliding window whose request is rejected although there was room', () => {
  /** 600 requests a minute: 100 in ten seconds, 10 in one. Returns how many may be sent at once, long after. */
  function burstAfterRejection(
    sentAt: readonly number[],
    rejected: { sentAt: number; heardAt: number; retryAfterMs?: number },
  ): number {
    const window = new SlidingWindow(600, 10_000);
    for (const at of sentAt) window.spend(at, 1);
    window.rejected(rejected.heardAt, rejected.sentAt, rejected.retryAfterMs);
    return window.level(rejected.heardAt + 60_000);
  }
  const times = (count: number, at: (index: number) => number) =>
    Array.from({ length: count }, (_, index) => at(index));

  it.each([0, 8_000, 30_000])(
    'shrinks to the shortest time that was overrun when the request was sent, although that is heard %i ms later',
    (heardAt) => {
      const sentAt = times(25, () => 0);

      expect(burstAfterRejection(sentAt, { sentAt: 0, heardAt })).toBe(10);
    },
  );

  it('shrinks to no time that is shorter than the one after which the service wants to be asked again', () => {
    const sentAt = times(25, () => 0);

    expect(burstAfterRejection(sentAt, { sentAt: 0, heardAt: 8_000, retryAfterMs: 1_500 })).toBe(20);
  });

  it.each([500, 3_000])('stays as it is where no time was overrun, heard %i ms later', (lateMs) => {
    // Eight in each second, of the ten that there may be.
    const heardAt = 4_000 + lateMs;
    const sentAt = times(1 + heardAt / 125, (index) => index * 125);

    expect(burstAfterRejection(sentAt, { sentAt: 4_000, heardAt })).toBe(100);
  });

  it('stays as it is where it is of a whole minute, as tokens are', () => {
    const window = new SlidingWindow(6_000, 60_000);
    window.spend(0, 3_000);

    window.rejected(10, 0, undefined);

    expect(window.level(60_000 * 2)).toBe(6_000);
  });
});

it('a sliding window is full when it has been left alone for its length, whatever fractions were spent', () => {
  const sevenths = fc.array(fc.nat(7_000), { minLength: 20, maxLength: 50 });
  fc.assert(
    fc.property(sevenths, (spent) => {
      const window = new SlidingWindow(30_000, 60_000);
      for (const [index, amount] of spent.entries()) window.spend(index * 1_000, amount / 7);

      expect(window.availableAt(200_000, 30_000)).toBe(200_000);
    }),
  );
});
