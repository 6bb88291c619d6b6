import { array, assert, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Quota } from '../../../src/limits/quota.ts';
import { statedLimits } from '../../../src/limits/stated-limits.ts';
import { WindowEnd } from '../../../src/limits/window-end.ts';

const WINDOW_MS = 10_000;
const NOT_FOR_TOKENS = 0;

/** What an answer says whose window ends in so many seconds. */
const stated = (seconds: number | string) =>
  statedLimits({
    'x-ratelimit-limit-requests': '180',
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': String(seconds),
  })!;

/** An Azure deployment of 30 requests in 10 seconds, all of them sent about `sentAt`. */
function spentQuota(sentAt: number): Quota {
  const quota = new Quota({ rpm: 180 }, 'windows', 0);
  for (let request = 0; request < 30; request += 1) quota.reserve(sentAt + request, NOT_FOR_TOKENS);
  return quota;
}

describe('a burst at Azure', () => {
  it('is sent when the window ends that the answers to the last one named', () => {
    const quota = spentQuota(5_000);

    quota.learnEnd(5_000, stated(2));

    expect(quota.availableAt(6_500, NOT_FOR_TOKENS)).toBe(7_000);
    expect(quota.availableAt(7_000, NOT_FOR_TOKENS)).toBe(7_000);
  });

  it('waits for as long as a window when nothing is named', () => {
    expect(spentQuota(5_000).availableAt(6_500, NOT_FOR_TOKENS)).toBeGreaterThanOrEqual(15_000);
  });

  it.each([
    ['a time that is longer than any window', stated(60)],
    ['a duration, as OpenAI writes them', stated('1s')],
  ])('is not misled by %s', (_, limits) => {
    const quota = spentQuota(5_000);

    quota.learnEnd(5_000, limits);

    expect(quota.availableAt(6_500, NOT_FOR_TOKENS)).toBeGreaterThanOrEqual(15_000);
  });

  it('goes by its own count again when answers contradict each other', () => {
    const quota = spentQuota(5_000);

    quota.learnEnd(5_000, stated(2));
    quota.learnEnd(5_020, stated(6));

    expect(quota.availableAt(7_500, NOT_FOR_TOKENS)).toBeGreaterThanOrEqual(15_000);
  });

  it('goes by its own count again when it is turned away for it, and takes no shorter window for the reason', () => {
    const quota = spentQuota(5_000);
    quota.learnEnd(5_000, stated(2));
    expect(quota.availableAt(7_000, NOT_FOR_TOKENS)).toBe(7_000);
    for (let request = 0; request < 30; request += 1) quota.reserve(7_001, NOT_FOR_TOKENS);

    quota.wasRejected(7_100, 7_001, 1_000);

    // Thirty within a second are what windows of ten seconds allow: at 17 s there is room for as many again.
    expect(quota.availableAt(9_000, NOT_FOR_TOKENS)).toBeGreaterThanOrEqual(17_000);
    for (let request = 0; request < 30; request += 1) quota.reserve(18_000, NOT_FOR_TOKENS);
    expect(quota.availableAt(19_500, NOT_FOR_TOKENS)).toBeGreaterThanOrEqual(28_000);
  });
});

it('is never believed earlier than the quickest way to the service explains, nor more than a second late', () => {
  const answers = array(
    record({ sentAt: integer({ min: 20_000, max: 200_000 }), latencyMs: integer({ min: 0, max: 200 }) }),
    { minLength: 1, maxLength: 50 },
  );
  assert(
    property(integer({ min: 0, max: WINDOW_MS - 1 }), answers, (phaseMs, made) => {
      const endAfter = (at: number): number => (Math.floor((at - phaseMs) / WINDOW_MS) + 1) * WINDOW_MS + phaseMs;
      const end = new WindowEnd(WINDOW_MS);

      for (const { sentAt, latencyMs } of made) {
        const arrivedAt = sentAt + latencyMs;
        end.learn(sentAt, Math.ceil((endAfter(arrivedAt) - arrivedAt) / 1_000));
      }

      const believed = end.nextAt(300_000);
      const trueEnd = Math.round((believed - phaseMs) / WINDOW_MS) * WINDOW_MS + phaseMs;
      expect(believed).toBeGreaterThanOrEqual(trueEnd - Math.min(...made.map(({ latencyMs }) => latencyMs)));
      expect(believed).toBeLessThanOrEqual(trueEnd + 1_000);
      expect(end.endedAt(believed)).toBeLessThanOrEqual(trueEnd - 200);
    }),
  );
});
