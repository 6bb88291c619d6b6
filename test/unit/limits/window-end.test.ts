import { array, assert, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { SlidingWindow } from '../../../src/limits/sliding-window.ts';
import { statedLimits } from '../../../src/limits/stated-limits.ts';
import { WindowEnd } from '../../../src/limits/window-end.ts';

const WINDOW_MS = 10_000;

/** What an answer says whose window ends in so many seconds. */
const stated = (seconds: number | string) =>
  statedLimits(
    {
      'x-ratelimit-limit-requests': '180',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': String(seconds),
    },
    0,
  )!.requests;

/** The requests of an Azure deployment, 30 in 10 seconds, all of them sent about `sentAt`. */
function spentWindow(sentAt: number): SlidingWindow {
  const window = new SlidingWindow(180, WINDOW_MS);
  for (let request = 0; request < 30; request += 1) window.spend(sentAt + request, 1);
  return window;
}

describe('a sliding window that is spent', () => {
  it('is full again when the window ends that the answers to the last burst named', () => {
    const window = spentWindow(5_000);

    window.learn(5_000, stated(2));

    expect(window.availableAt(6_500, 1)).toBe(7_000);
    expect(window.availableAt(7_000, 1)).toBe(7_000);
  });

  it('waits for its whole length when no end is named', () => {
    expect(spentWindow(5_000).availableAt(6_500, 1)).toBeGreaterThanOrEqual(15_000);
  });

  it.each([
    ['a time that is longer than any window', stated(60)],
    ['a duration, as OpenAI writes them', stated('1s')],
  ])('is not misled by %s', (_, limit) => {
    const window = spentWindow(5_000);

    window.learn(5_000, limit);

    expect(window.availableAt(6_500, 1)).toBeGreaterThanOrEqual(15_000);
  });

  it('goes by its own count again when answers contradict each other', () => {
    const window = spentWindow(5_000);

    window.learn(5_000, stated(2));
    window.learn(5_020, stated(6));

    expect(window.availableAt(7_500, 1)).toBeGreaterThanOrEqual(15_000);
  });

  it('goes by the end that is named next, after answers that contradicted each other', () => {
    const window = spentWindow(5_000);
    window.learn(5_000, stated(2));
    window.learn(5_020, stated(6));

    window.learn(5_030, stated(2));

    expect(window.availableAt(6_500, 1)).toBe(7_030);
  });

  it('goes by its own count again when a request is rejected for it, and takes no shorter window for the reason', () => {
    const window = spentWindow(5_000);
    window.learn(5_000, stated(2));
    expect(window.availableAt(7_000, 1)).toBe(7_000);
    window.spend(7_001, 30);

    window.rejected(7_100, 7_001, 1_000);

    // Thirty within a second are what windows of ten seconds allow: at 17 s there is room for as many again.
    expect(window.availableAt(9_000, 1)).toBeGreaterThanOrEqual(17_000);
    window.spend(18_000, 30);
    expect(window.availableAt(19_500, 1)).toBeGreaterThanOrEqual(28_000);
  });
});

it('a window’s end is never believed earlier than the quickest way to the service explains, nor more than a second late', () => {
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

      const believed = end.nextAt(300_000)!;
      const trueEnd = Math.round((believed - phaseMs) / WINDOW_MS) * WINDOW_MS + phaseMs;
      expect(believed).toBeGreaterThanOrEqual(trueEnd - Math.min(...made.map(({ latencyMs }) => latencyMs)));
      expect(believed).toBeLessThanOrEqual(trueEnd + 1_000);
      expect(end.isPast(trueEnd - 199, believed)).toBe(false);
    }),
  );
});
