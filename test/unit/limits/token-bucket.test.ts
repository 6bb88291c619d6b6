import { describe, expect, it } from 'vitest';

import { TokenBucket } from '../../../src/limits/token-bucket.ts';

it('a token bucket lets one through at the time that a rejection names, whatever it has counted itself', () => {
  const bucket = new TokenBucket(60, 0);
  bucket.spend(0, 90);

  bucket.rejected(1_000, 0, 5_000);

  expect(bucket.availableAt(1_000, 1)).toBe(6_000);
});

it.each([
  ['names no time', undefined],
  ['names a later time than its own', 50_000],
])('a token bucket gives nothing back for a rejection that %s', (_, retryAfterMs) => {
  const bucket = new TokenBucket(60, 0);
  bucket.spend(0, 90);

  bucket.rejected(1_000, 0, retryAfterMs);

  expect(bucket.level(1_100)).toBe(-29);
});

it('a token bucket that was full refills from when the request may have arrived', () => {
  const bucket = new TokenBucket(60, 0);

  bucket.spend(5_000, 60);

  expect(bucket.level(5_100)).toBe(0);
  expect(bucket.availableAt(5_000, 1)).toBe(6_100);
});

describe("a token bucket that holds less than a minute's worth", () => {
  /** What can be spent at once, long after an answer has said this of a limit of 120 a minute. */
  const burstAfter = (...stated: readonly { remaining: number; resetMs?: number }[]): number => {
    const bucket = new TokenBucket(120, 0);
    for (const { remaining, resetMs } of stated) bucket.learn(0, { perMinute: 120, remaining, resetMs });
    return bucket.level(600_000);
  };

  it('is known by what is left and the time until it is full', () => {
    expect(burstAfter({ remaining: 29, resetMs: 500 })).toBe(30);
    expect(burstAfter({ remaining: 10, resetMs: 10_000 })).toBe(30);
  });

  it('holds no less than has been left of it', () => {
    expect(burstAfter({ remaining: 50, resetMs: 500 }, { remaining: 3, resetMs: 1_000 })).toBe(50);
  });

  it("holds a minute's worth where no reset is named, and where one is named that is longer than a minute", () => {
    expect(burstAfter({ remaining: 29 })).toBe(120);
    expect(burstAfter({ remaining: 119, resetMs: 432_000 })).toBe(120);
  });
});
