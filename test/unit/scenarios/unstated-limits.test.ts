import { describe, expect, it } from 'vitest';

import { buildRing } from '../build-ring.ts';
import { after, answers } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { anySecond, eachNth, leakyBucket, LimitedService, type Quota, seconds } from './limited-service.ts';

useFakeTime();

/** Arrivals that know nothing of each other, the same in each run. */
function arrivals(perSecond: number, untilMs: number): readonly number[] {
  let state = 1;
  const times: number[] = [];
  for (let at = 0; at < untilMs; at += (-Math.log(state / 4_294_967_296) * 1_000) / perSecond) {
    times.push(Math.round(at));
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  }
  return times;
}

describe('provisioned capacity before an endpoint that is paid by use', () => {
  /** What a client gets out of it that waits for the time named, and no longer. */
  async function waitingOnly(quota: Quota, times: readonly number[]): Promise<number> {
    let taken = 0;
    let closedUntil = 0;
    const begun = performance.now();
    for (const at of times) {
      await pass(begun + at - performance.now());
      if (at < closedUntil) continue;
      const waitMs = quota();
      if (waitMs === 'taken') taken += 1;
      else closedUntil = at + waitMs;
    }
    return taken;
  }

  it.each([
    [20, 1.4, 4],
    [50, 1.4, 10],
    [20, 1.1, 4],
    [20, 3, 4],
    [10, 1.4, 2],
    [5, 1.4, 5],
  ])(
    'is used in full: %i calls a second, %f times as many asked for, a burst of %i',
    async (perSecond, load, burst) => {
      const times = arrivals(load * perSecond, 60_000);
      const plain = await waitingOnly(leakyBucket(perSecond, burst), times);
      const provisioned = new LimitedService(leakyBucket(perSecond, burst), 1_500, (waitMs) => ({
        'retry-after-ms': String(waitMs),
      }));
      const { ask } = buildRing([{ does: provisioned }, { does: after(1_500, answers()), priority: 1 }]);
      const begun = performance.now();

      const calls = [];
      for (const at of times) {
        await pass(begun + at - performance.now());
        calls.push(ask());
        await happenings();
      }
      await pass(5_000);

      expect(calls.every(({ state }) => state === 'fulfilled')).toBe(true);
      expect(provisioned.answered / plain).toBeGreaterThanOrEqual(0.95);
      expect(provisioned.rejected / provisioned.answered).toBeLessThanOrEqual(0.2);
    },
  );
});

describe('100 calls at once, where ten a second are taken and only rejections say when to come again,', () => {
  it.each<[string, () => Quota, number]>([
    ['by the second', () => seconds(10), 300],
    ['by the second, with slow answers', () => seconds(10), 2_500],
    ['in any second', () => anySecond(10), 300],
    ['in any second, with slow answers', () => anySecond(10), 2_500],
    ['as they come in', () => leakyBucket(10, 10), 300],
  ])('are all answered, and hardly one is rejected twice: counted %s', async (_, quota, answerMs) => {
    const service = new LimitedService(quota(), answerMs, () => ({ 'retry-after': '1' }));
    const { askTimes } = buildRing([service]);
    const begun = performance.now();

    const calls = await askTimes(100);
    await pass(100);
    const first = service.rejected;
    await pass(59_900);

    expect(first).toBe(90);
    expect(service.rejected - first).toBeLessThanOrEqual(3);
    expect(calls.every(({ state }) => state === 'fulfilled')).toBe(true);
    expect(Math.max(...calls.map(({ settledAt = 0 }) => settledAt - begun))).toBeLessThan(15_000 + answerMs);
  });
});

describe('endpoints that reject one request in eleven, at whatever pace these come,', () => {
  it.each([1, 45, 200])('and say "again in %i ms", are not slowed down: all calls are served', async (waitMs) => {
    const services = [0, 1, 2].map(
      () => new LimitedService(eachNth(11, waitMs), 100, () => ({ 'retry-after-ms': String(waitMs) })),
    );
    const { ask } = buildRing(services, { loadBalancing: true });

    const calls = [];
    for (let tick = 0; tick < 2_000; tick += 1) {
      calls.push(ask(), ask());
      await pass(30);
    }
    const served = calls.filter(({ state }) => state === 'fulfilled');

    expect(calls.filter(({ state }) => state === 'rejected')).toEqual([]);
    // What came last is still under way.
    expect(served.length / calls.length).toBeGreaterThan(0.97);
  });
});
