import { describe, expect, it } from 'vitest';

import type { BalancedProviderSettings } from '../../../src/settings/settings.ts';
import { buildRing } from '../build-ring.ts';
import { after, answers, hangs } from '../fake-endpoint.ts';
import { pass, useFakeTime } from '../fake-time.ts';
import type { Outcome } from '../outcome.ts';

useFakeTime();

interface Asked {
  readonly at: number;
  readonly outcome: Outcome<unknown>;
}

/** One call a second can be served; callers leave after 45 s, of which the package is told nothing. */
function oneCallASecond(settings: Partial<BalancedProviderSettings> = {}) {
  const { ask, endpoints } = buildRing([{ maxConcurrency: 1, does: after(1_000, answers()) }], settings);
  const calls: Asked[] = [];
  const call = (modelId = 'm'): void => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 45_000);
    const headers = { 'x-call': String(calls.length) };
    calls.push({ at: performance.now(), outcome: ask({ modelId, headers, abortSignal: controller.signal }) });
  };
  const load = async (count: number, everyMs: number): Promise<readonly Asked[]> => {
    const first = calls.length;
    for (let made = 0; made < count; made += 1) {
      call();
      await pass(everyMs);
    }
    return calls.slice(first);
  };
  const order = (): readonly number[] =>
    endpoints[0].attempts.map(({ options }) => Number(options.headers?.['x-call']));
  return { call, load, order, calls, endpoint: endpoints[0] };
}

const served = (calls: readonly Asked[]): readonly Asked[] =>
  calls.filter(({ outcome }) => outcome.state === 'fulfilled');
const latencies = (calls: readonly Asked[]): readonly number[] =>
  served(calls)
    .map(({ at, outcome }) => (outcome.settledAt ?? Number.NaN) - at)
    .toSorted((a, b) => a - b);
const median = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;

describe('a line that stands', () => {
  it('is served newest first: half of the calls wait hardly at all, and hardly any is cut off', async () => {
    const { load, calls, order } = oneCallASecond();
    await load(120, 700);
    const late = await load(120, 700);
    await pass(60_000);

    expect(median(latencies(late))).toBeLessThan(2_000);
    expect(served(late).length).toBeGreaterThan(0.97 * 84);
    expect(order().length - served(calls).length).toBeLessThan(0.02 * order().length);
  });

  it('is served newest first where the time limit of calls is known, too', async () => {
    const { load, calls, order } = oneCallASecond({ totalTimeoutMs: 20_000 });
    await load(120, 700);
    const late = await load(120, 700);
    await pass(60_000);

    expect(median(latencies(late))).toBeLessThan(2_000);
    expect(order().length - served(calls).length).toBeLessThan(0.02 * order().length);
  });

  it('has room for a new call, in the place of the one that comes last', async () => {
    const { load, call, calls } = oneCallASecond({ maxWaiting: 20 });
    await load(120, 700);
    call();
    await pass(2_500);

    expect(calls.at(-1)?.outcome.state).toBe('fulfilled');
  });

  it('leaves those of other models in the order of arrival', async () => {
    const { load, call, order, calls } = oneCallASecond();
    await load(120, 700);
    const before = calls.length;
    // The deployments of another model are others, although of the same endpoint.
    for (let made = 0; made < 4; made += 1) call('other');
    await pass(5_000);

    const others = order().filter((id) => id >= before);
    expect(others).toEqual([before, before + 1, before + 2, before + 3]);
  });

  it('is served in the order of arrival again when it has been empty', async () => {
    const { load, call, order, calls } = oneCallASecond();
    await load(120, 700);
    await pass(60_000);
    const before = calls.length;
    for (let made = 0; made < 4; made += 1) call();
    await pass(5_000);

    expect(order().slice(-4)).toEqual([before, before + 1, before + 2, before + 3]);
  });
});

describe('a line that drains is served in the order of arrival', () => {
  it('after a burst that takes 40 s, while others come', async () => {
    const { call, load, order, calls } = oneCallASecond();
    for (let made = 0; made < 30; made += 1) call();
    await load(20, 2_000);
    await pass(30_000);

    expect(served(calls)).toHaveLength(50);
    expect(order()).toEqual(Array.from({ length: 50 }, (_, id) => id));
  });

  it('after a blackout of 40 s', async () => {
    const { endpoint, load, order, calls } = oneCallASecond();
    endpoint.behave(hangs());
    await load(20, 2_000);
    endpoint.behave(after(500, answers()));
    await pass(60_000);

    expect(served(calls).length).toBeGreaterThanOrEqual(18);
    expect(order()).toEqual(order().toSorted((a, b) => a - b));
  });
});

it('a call that could hardly be answered in time comes last', async () => {
  const { call, order, endpoint } = oneCallASecond({ totalTimeoutMs: 10_000 });
  endpoint.behave(after(9_500, answers()));
  call();
  call();
  await pass(9_000);
  endpoint.behave(after(100, answers()));
  call();
  await pass(2_000);

  expect(order()).toEqual([0, 2, 1]);
});
