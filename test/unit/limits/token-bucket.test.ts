import { expect, it } from 'vitest';

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
