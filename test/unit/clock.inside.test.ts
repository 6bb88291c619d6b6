import { afterEach, expect, it, vi } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { buildRing } from './build-ring.ts';
import { after, answers } from './fake-endpoint.ts';
import { happenings, pass, useFakeTime } from './fake-time.ts';

useFakeTime();

let goOn = (): void => undefined;
afterEach(() => goOn());

/** The process stands still: the clock goes on, and timers run late. */
function freeze(durationMs: number): void {
  const now = performance.now.bind(performance);
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now() + durationMs);
  goOn = () => spy.mockRestore();
}

it('a time limit that runs out in a gap of the clock leaves an answer that has arrived the time to be read', async () => {
  const { ask } = buildRing([after(1_050, answers('arrived'))], {
    timeout: { attemptMs: 1_000 },
    retry: { rounds: 1 },
  });
  const call = ask();
  await pass(900);

  freeze(60_000);
  await pass(200);

  expect(call).toMatchObject({ state: 'fulfilled', value: { content: [{ text: 'arrived' }] } });
});

it('a time limit that runs out in a gap of the clock ends what has brought nothing', async () => {
  const { ask } = buildRing([after(10_000, answers())], { totalTimeoutMs: 1_000 });
  const call = ask();
  await pass(900);

  freeze(60_000);
  await pass(400);

  expect(call.state).toBe('rejected');
});

it('a time limit that was lifted in the time after a gap does not run out', async () => {
  const expire = vi.fn();
  const limit = systemClock.setTimeLimit(expire, 1_000);
  await pass(900);
  freeze(60_000);
  await pass(200);

  systemClock.clearTimeout(limit);
  await pass(1_000);

  expect(expire).not.toHaveBeenCalled();
});

it('a time limit is exact without a gap', async () => {
  const expire = vi.fn();
  systemClock.setTimeLimit(expire, 1_000);
  await pass(999);
  expect(expire).not.toHaveBeenCalled();

  await pass(1);
  await happenings();

  expect(expire).toHaveBeenCalledOnce();
});
