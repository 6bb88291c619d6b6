import { describe, expect, it } from 'vitest';

import { apiError, rateLimit } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { answers, fails, type HeldAttempt, holds } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';

useFakeTime();

/** A deployment under test, and one that answers the calls which that one does not. */
function limitedAndHealthy() {
  const ring = buildRing([{}, {}]);
  const waits: number[] = [];
  ring.balanced.on('rateLimited', ({ retryAfterMs }) => void waits.push(retryAfterMs));
  const [limited, healthy] = ring.endpoints;
  return { ...ring, limited, healthy, waits };
}

describe('a rate-limited deployment', () => {
  it('gets no calls until the time it named, and no longer', async () => {
    const { limited, askTimes, status } = limitedAndHealthy();
    limited.behaveOnce(fails(rateLimit(30)));
    await askTimes(1);

    await pass(29_999);
    await askTimes(20);
    expect(limited.attempts).toHaveLength(1);
    expect(status()?.rateLimitedMs).toBe(1);
    await pass(1);
    await askTimes(1);

    expect(limited.attempts).toHaveLength(2);
    expect(status()?.rateLimitedMs).toBe(0);
  });

  it('gets one probe after that time, and all its calls when the probe is not rejected', async () => {
    const { limited, askTimes } = limitedAndHealthy();
    limited.behaveOnce(fails(rateLimit(1)));
    await askTimes(1);
    const held: HeldAttempt[] = [];
    limited.behave(holds(held));

    await pass(1_000);
    await askTimes(20);
    expect(held).toHaveLength(1);
    held[0]?.answer();
    await happenings();
    await askTimes(20);

    expect(held).toHaveLength(21);
  });

  it.each([
    [30, 1],
    [1, 30],
  ])('is kept out by the longer of two times, whichever came first: %i s, then %i s', async (first, second) => {
    const { limited, askTimes } = limitedAndHealthy();
    const held: HeldAttempt[] = [];
    limited.behave(holds(held));
    await askTimes(2);
    held[0]?.fail(rateLimit(first));
    await happenings();
    held[1]?.fail(rateLimit(second));
    await happenings();

    await pass(29_999);
    await askTimes(5);
    expect(held).toHaveLength(2);
    await pass(1);
    await askTimes(5);

    expect(held).toHaveLength(3);
  });

  it('gets no calls until the time that it named to what began before a reset', async () => {
    const { limited, askTimes, balanced, status } = limitedAndHealthy();
    const held: HeldAttempt[] = [];
    limited.behave(holds(held));
    await askTimes(1);
    balanced.reset();
    held[0]?.fail(rateLimit(30));
    await happenings();

    await askTimes(5);

    expect(status()?.rateLimitedMs).toBe(30_000);
    expect(limited.attempts).toHaveLength(1);
  });

  it('does not get calls early because an older attempt is answered', async () => {
    const { limited, askTimes } = limitedAndHealthy();
    const held: HeldAttempt[] = [];
    limited.behave(holds(held));
    await askTimes(2);
    held[0]?.fail(rateLimit(30));
    await happenings();

    held[1]?.answer();
    await happenings();
    await askTimes(5);

    expect(held).toHaveLength(2);
  });

  it('is limited anew for the time that its rejected probe named', async () => {
    const { limited, waits, askTimes } = limitedAndHealthy();
    limited.behaveOnce(fails(rateLimit(5)), fails(rateLimit(40)));
    await askTimes(1);
    await pass(5_000);
    await askTimes(1);
    expect(waits).toEqual([5_000, 40_000]);

    await pass(39_999);
    await askTimes(5);
    expect(limited.attempts).toHaveLength(2);
  });

  it('is asked again after a short time that grows, when it names none', async () => {
    const { limited, waits, askTimes } = limitedAndHealthy();
    limited.behave(fails(apiError(429)));

    for (let rejection = 0; rejection < 10; rejection++) {
      await askTimes(1);
      await pass(Math.ceil(waits.at(-1) ?? 0));
    }

    expect(waits).toHaveLength(10);
    expect(waits[0]).toBeLessThanOrEqual(2_000);
    expect(waits[3]).toBeGreaterThan(2 * (waits[0] ?? 0));
    expect(waits.every((wait) => wait > 0 && wait <= 60_000)).toBe(true);
  });

  it('begins with a short time again when it has answered in between', async () => {
    const { limited, waits, askTimes } = limitedAndHealthy();
    limited.behave(fails(apiError(429)));
    for (let rejection = 0; rejection < 6; rejection++) {
      await askTimes(1);
      await pass(Math.ceil(waits.at(-1) ?? 0));
    }
    limited.behave(answers());
    await askTimes(1);

    limited.behave(fails(apiError(429)));
    await askTimes(1);

    expect(waits.at(-1)).toBeLessThanOrEqual(2_000);
  });

  it('counts calls that were rejected together as one rejection', async () => {
    const { limited, askTimes, status } = limitedAndHealthy();
    limited.behave(fails(apiError(429)));

    await askTimes(20);

    expect(status()?.rateLimitedMs).toBeGreaterThan(0);
    expect(status()?.rateLimitedMs).toBeLessThanOrEqual(2_000);
  });

  it('gets no call from its first rejection to the end of the limit: 200 calls, 20 at a time', async () => {
    const { limited, healthy, askTimes } = limitedAndHealthy();
    limited.behave(fails(rateLimit(30)));
    const calls = [];

    for (let batch = 0; batch < 10; batch++) {
      calls.push(...(await askTimes(20)));
      await pass(100);
    }
    const during = limited.attempts.length;
    await pass(29_000);
    await askTimes(20);

    expect(calls.every(({ state }) => state === 'fulfilled')).toBe(true);
    expect(healthy.attempts).toHaveLength(220);
    expect(
      limited.attempts.slice(0, during).every(({ startedAt }) => startedAt === limited.attempts[0]?.startedAt),
    ).toBe(true);
    // The calls that had started together with the first, and then one probe.
    expect([during, limited.attempts.length]).toEqual([20, 21]);
  });
});
