import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

import type { BalancedProviderSettings } from '../../../src/index.ts';
import { apiError } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { answers, fails, type HeldAttempt, holds } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';

useFakeTime();

const dead = fails(apiError(500));
const missing = fails(apiError(404, { error: { code: 'DeploymentNotFound' } }));

/** A deployment under test that fails, and one that answers the calls which that one does not. */
function brokenAndHealthy(settings: Partial<BalancedProviderSettings> = {}) {
  const ring = buildRing([dead, {}], settings);
  const cooldowns: number[] = [];
  ring.balanced.on('cooldown', ({ cooldownMs }) => void cooldowns.push(cooldownMs));
  const [broken] = ring.endpoints;
  return { ...ring, broken, cooldowns };
}

/** The same, with attempts under way at the first one, which the test ends. */
async function underWay(count: number, settings: Partial<BalancedProviderSettings> = {}) {
  const ring = brokenAndHealthy({ failureThreshold: 1, cooldownMs: 5_000, ...settings });
  const held: HeldAttempt[] = [];
  ring.broken.behave(holds(held));
  await ring.askTimes(count);
  const end = async (index: number, error?: unknown) => {
    if (error === undefined) held[index]?.answer();
    else held[index]?.fail(error);
    await happenings();
  };
  return { ...ring, held, end };
}

describe('a breaker', () => {
  it('opens at as many failures in a row as the threshold says', async () => {
    const { broken, askTimes, status } = brokenAndHealthy({ failureThreshold: 3 });

    const states = [];
    for (const _ of [1, 2, 3, 4, 5]) {
      await askTimes(1);
      states.push(status()?.state);
    }

    expect(states).toEqual(['closed', 'closed', 'open', 'open', 'open']);
    expect(broken.attempts).toHaveLength(3);
  });

  it('counts from zero again after a success', async () => {
    const { broken, askTimes, status } = brokenAndHealthy({ failureThreshold: 3 });

    for (const _ of [1, 2, 3, 4]) {
      broken.behaveOnce(dead, dead, answers());
      await askTimes(1);
      await askTimes(1);
      await askTimes(1);
    }

    expect(status()).toMatchObject({ state: 'closed', failures: 0 });
    expect(broken.attempts).toHaveLength(12);
  });

  it('closes when its probe succeeds, and counts from zero again', async () => {
    const { broken, askTimes, status } = brokenAndHealthy({ failureThreshold: 2, cooldownMs: 1_000 });
    await askTimes(1);
    await askTimes(1);
    await pass(1_000);
    broken.behaveOnce(answers());

    await askTimes(1);
    expect(status()).toMatchObject({ state: 'closed', failures: 0 });
    await askTimes(1);

    expect(status()).toMatchObject({ state: 'closed', failures: 1 });
  });

  it('opens again after one failed probe, whatever the threshold', async () => {
    const { cooldowns, askTimes, status } = brokenAndHealthy({ failureThreshold: 5, cooldownMs: 1_000 });
    for (let call = 0; call < 5; call++) await askTimes(1);
    await pass(1_000);

    await askTimes(1);

    expect(status()?.state).toBe('open');
    expect(cooldowns).toEqual([1_000, 1_000]);
  });

  it('does not close for an answer to an attempt from before it opened', async () => {
    const { askTimes, status, end, held } = await underWay(2);
    await end(0, apiError(500));

    await end(1);
    await askTimes(5);

    expect(status()?.state).toBe('open');
    expect(held).toHaveLength(2);
  });

  it('is not kept open by failures of attempts from before it opened', async () => {
    const { askTimes, end, held } = await underWay(2);
    await end(0, apiError(500));

    await pass(4_999);
    await end(1, apiError(500));
    await pass(1);
    await askTimes(1);

    expect(held).toHaveLength(3);
  });

  it('never shortens its cooldown', async () => {
    const { askTimes, end, held } = await underWay(2);
    await end(0, apiError(404, { error: { code: 'DeploymentNotFound' } }));

    await end(1, apiError(500));
    await pass(599_999);
    await askTimes(1);

    expect(held).toHaveLength(2);
  });

  it('lengthens its cooldown after a permanent failure', async () => {
    const { askTimes, end, held } = await underWay(2);
    await end(0, apiError(500));

    await end(1, apiError(404, { error: { code: 'DeploymentNotFound' } }));
    await pass(599_999);
    await askTimes(1);

    expect(held).toHaveLength(2);
  });

  it('lets the next probe through at once when the one under way ends without a result', async () => {
    const { askTimes, end, held } = await underWay(1);
    await end(0, apiError(500));
    await pass(5_000);
    const controller = new AbortController();
    await askTimes(1, { abortSignal: controller.signal });
    await askTimes(5);
    expect(held).toHaveLength(2);

    controller.abort();
    await happenings();
    await askTimes(5);

    expect(held).toHaveLength(3);
  });

  it.each([
    [undefined, 600_000],
    [30_000, 30_000],
  ])('opens after one permanent failure (misconfiguredCooldownMs: %s)', async (setting, cooldownMs) => {
    const { broken, cooldowns, askTimes } = brokenAndHealthy({ misconfiguredCooldownMs: setting });
    broken.behave(missing);

    await askTimes(1);
    await pass(cooldownMs - 1);
    await askTimes(5);
    expect(broken.attempts).toHaveLength(1);
    await pass(1);
    await askTimes(1);

    expect(broken.attempts).toHaveLength(2);
    expect(cooldowns).toEqual([cooldownMs, cooldownMs]);
  });
});

describe('the cooldown of a breaker', () => {
  /** The cooldowns of a deployment of which every probe fails. */
  async function cooldownsOf(count: number, cooldownMs: BalancedProviderSettings['cooldownMs'], chance = 0) {
    vi.spyOn(Math, 'random').mockReturnValue(chance);
    const { cooldowns, askTimes } = brokenAndHealthy({ failureThreshold: 1, cooldownMs });
    for (let opening = 0; opening < count; opening++) {
      await askTimes(1);
      await pass(Math.ceil(cooldowns.at(-1) ?? 0));
    }
    return cooldowns;
  }

  it.each([0, 0.5, 0.999_999])('is 12 s at the most by default, and 5 s at first (chance: %d)', async (chance) => {
    const [first = NaN, ...others] = await cooldownsOf(20, undefined, chance);

    expect(first).toBeLessThanOrEqual(5_000);
    expect(first).toBeGreaterThan(3_000);
    expect(others).toHaveLength(19);
    for (const cooldownMs of others) expect(cooldownMs).toBeLessThanOrEqual(12_000);
    expect(Math.max(...others)).toBeGreaterThan(first);
  });

  it('grows with each reopening as its settings say, up to their maximum', async () => {
    const [first = NaN, ...others] = await cooldownsOf(5, { initialMs: 100, factor: 3, maxMs: 1_000 });

    // Jitter may take a part of each, never add to it.
    for (const [index, expected] of [300, 900, 1_000, 1_000].entries()) {
      expect(others[index]).toBeLessThanOrEqual(expected);
      expect(others[index]).toBeGreaterThan(0.7 * expected);
    }
    expect(first).toBeLessThanOrEqual(100);
  });

  it('starts small again after a recovery', async () => {
    const { broken, cooldowns, askTimes } = brokenAndHealthy({
      failureThreshold: 1,
      cooldownMs: { initialMs: 100, factor: 3, maxMs: 1_000 },
    });
    for (const _ of [1, 2, 3]) {
      await askTimes(1);
      await pass(1_000);
    }
    broken.behaveOnce(answers());
    await askTimes(1);

    await askTimes(1);

    expect(cooldowns).toHaveLength(4);
    expect(cooldowns[3]).toBeLessThanOrEqual(100);
  });

  it('varies, so that many processes do not all probe at once', async () => {
    const settings = { initialMs: 1_000, factor: 2, maxMs: 8_000 };

    expect(await cooldownsOf(3, settings, 0)).not.toEqual(await cooldownsOf(3, settings, 0.9));
  });

  it.each([0, 0.9])('is always the same when it is a number (chance: %d)', async (chance) => {
    expect(await cooldownsOf(4, 600_000, chance)).toEqual([600_000, 600_000, 600_000, 600_000]);
  });

  it('is never longer than maxMs and never zero, whatever the settings', async () => {
    const growing = fc.record({
      initialMs: fc.double({ min: 1, max: 1e4, noNaN: true }),
      factor: fc.double({ min: 1, max: 1e3, noNaN: true }),
      maxMs: fc.double({ min: 1e4, max: 1e6, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(growing, fc.double({ min: 0, max: 0.999_999, noNaN: true }), async (cooldownMs, chance) => {
        const cooldowns = await cooldownsOf(12, cooldownMs, chance);
        expect(cooldowns).toHaveLength(12);
        for (const actual of cooldowns) {
          expect(actual).toBeGreaterThan(0);
          // Events tell whole milliseconds.
          expect(actual).toBeLessThanOrEqual(Math.ceil(cooldownMs.maxMs));
        }
      }),
      { numRuns: 50 },
    );
  });
});
