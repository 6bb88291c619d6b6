import { describe, expect, it } from 'vitest';

import type { BalancedProvider } from '../../../src/index.ts';
import { apiError, rateLimit } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import {
  after,
  answers,
  delta,
  fails,
  finish,
  hangs,
  type HeldAttempt,
  holds,
  prompt,
  start,
  streams,
} from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

const dead = fails(apiError(500));

/** Which endpoints are drained, in the order configured. */
const drainedOf = (balanced: BalancedProvider) => balanced.status().endpoints.map(({ isDrained }) => isDrained);

describe('a drained endpoint', () => {
  it('gets no call that starts after drain(), in the same tick already', async () => {
    const { balanced, ask, attempts } = buildRing([{}, {}]);

    void balanced.drain('e0');
    const call = ask();
    await happenings();

    expect(call.state).toBe('fulfilled');
    expect(attempts()).toEqual([0, 1]);
  });

  it('gets no calls of any model, those included that are first used after drain()', async () => {
    const { balanced, ask, askTimes, attempts } = buildRing([{}, {}]);
    await askTimes(1, { modelId: 'a' });

    void balanced.drain('e0');
    ask({ modelId: 'a' });
    ask({ modelId: 'b' });
    await happenings();

    expect(attempts()).toEqual([1, 2]);
  });

  it('is found by a name of its own, and the endpoint beside it gets all calls', async () => {
    const { balanced, askTimes, attempts } = buildRing([{ name: 'east' }, { name: 'west' }], { loadBalancing: true });

    void balanced.drain('west');
    await askTimes(10);

    expect(attempts()).toEqual([10, 0]);
  });

  it('keeps the attempts under way: they are not aborted, and their answers arrive', async () => {
    const held: HeldAttempt[] = [];
    const { endpoints, balanced, ask } = buildRing([holds(held), {}]);
    const call = ask();
    await happenings();

    void balanced.drain('e0');
    await pass(60_000);
    expect(call.state).toBe('pending');
    expect(endpoints[0].attempts[0]?.options.abortSignal?.aborted).not.toBe(true);
    held[0]?.answer();
    await happenings();

    expect(call.state).toBe('fulfilled');
  });

  it('keeps a stream under way to its end', async () => {
    const { balanced } = buildRing([streams(start, delta('a'), { waitMs: 500 }, delta('b'), finish())]);
    const { stream } = await balanced('m').doStream({ prompt });
    const types: string[] = [];
    const reading = watch(stream.pipeTo(new WritableStream({ write: ({ type }) => void types.push(type) })));
    await pass(100);

    void balanced.drain('e0');
    await pass(500);

    expect(reading.state).toBe('fulfilled');
    expect(types).toEqual(['stream-start', 'text-delta', 'text-delta', 'finish']);
  });

  it('gets no further attempt of a call that was under way there and failed', async () => {
    const held: HeldAttempt[] = [];
    const { balanced, ask, attempts } = buildRing([holds(held), dead]);
    const call = ask();
    await happenings();

    void balanced.drain('e0');
    held[0]?.fail(apiError(500));
    await pass(60_000);

    expect(attempts()).toEqual([1, 3]);
    expect(call.state).toBe('rejected');
  });

  it('is passed over by a failover', async () => {
    const { balanced, ask, attempts } = buildRing([dead, {}, {}]);

    void balanced.drain('e1');
    ask();
    await happenings();

    expect(attempts()).toEqual([1, 0, 1]);
  });

  it('is passed over by a hedge', async () => {
    const { balanced, ask, attempts } = buildRing([hangs(), {}, {}], { hedge: { afterMs: 1_000, maxExtra: 1 } });

    void balanced.drain('e1');
    const call = ask();
    await pass(1_000);

    expect(call.state).toBe('fulfilled');
    expect(attempts()).toEqual([1, 0, 1]);
  });

  it('lets a higher priority number serve while it is the only one of its own', async () => {
    const { balanced, askTimes, attempts } = buildRing([{}, { priority: 1 }], { loadBalancing: true });

    void balanced.drain('e0');
    await askTimes(3);

    expect(attempts()).toEqual([0, 3]);
  });

  it('gets no probe when its cooldown ends', async () => {
    const { balanced, askTimes, attempts } = buildRing([dead, {}], { failureThreshold: 1, cooldownMs: 1_000 });
    await askTimes(1);

    void balanced.drain('e0');
    await pass(60_000);
    await askTimes(5);

    expect(attempts()).toEqual([1, 6]);
  });

  it('gets no early probe when all others are out', async () => {
    const { balanced, askTimes, attempts } = buildRing([dead, dead], {
      failureThreshold: 1,
      cooldownMs: 600_000,
      retry: { rounds: 1 },
    });
    await askTimes(1);
    expect(attempts()).toEqual([1, 1]);

    void balanced.drain('e0');
    await pass(5_000);
    await askTimes(1);

    expect(attempts()).toEqual([1, 2]);
  });

  it('gets no probe when its rate limit ends', async () => {
    const { balanced, askTimes, attempts } = buildRing([fails(rateLimit(1)), {}]);
    await askTimes(1);

    void balanced.drain('e0');
    await pass(10_000);
    await askTimes(5);

    expect(attempts()).toEqual([1, 6]);
  });

  it('gets none of the calls that waited for its capacity, and another endpoint does', async () => {
    const held: HeldAttempt[] = [];
    const plan = { does: holds(held), maxConcurrency: 1 };
    const { balanced, askTimes, attempts } = buildRing([plan, plan]);
    const [first, second, third] = await askTimes(3);
    expect(attempts()).toEqual([1, 1]);

    void balanced.drain('e0');
    held[0]?.answer();
    await happenings();
    expect([first?.state, second?.state, third?.state]).toEqual(['fulfilled', 'pending', 'pending']);
    expect(attempts()).toEqual([1, 1]);
    held[1]?.answer();
    await happenings();

    expect(attempts()).toEqual([1, 2]);
  });

  it('loses calls of one affinity key to another, and has them back after resume()', async () => {
    const { endpoints, balanced, askTimes, attempts } = buildRing([{}, {}, {}], { loadBalancing: true });
    const ofOneKey = { providerOptions: { balanced: { affinityKey: 'conversation-7' } } };
    await askTimes(1, ofOneKey);
    const owner = endpoints.find((endpoint) => endpoint.attempts.length === 1);
    const name = owner?.name ?? '';

    void balanced.drain(name);
    for (let call = 0; call < 3; call++) await askTimes(1, ofOneKey);
    expect(owner?.attempts).toHaveLength(1);
    expect(attempts().toSorted((a, b) => a - b)).toEqual([0, 1, 3]);
    balanced.resume(name);
    for (let call = 0; call < 3; call++) await askTimes(1, ofOneKey);

    expect(owner?.attempts).toHaveLength(4);
  });

  it('has isDrained: true in status() until resume(), and the others have false', () => {
    const { balanced } = buildRing([{}, {}]);
    expect(drainedOf(balanced)).toEqual([false, false]);

    void balanced.drain('e1');
    expect(drainedOf(balanced)).toEqual([false, true]);
    balanced.resume('e1');

    expect(drainedOf(balanced)).toEqual([false, false]);
  });

  it('counts its drain as no failure in status()', async () => {
    const { balanced, askTimes, status } = buildRing([{}, {}]);
    await askTimes(1);

    void balanced.drain('e0');

    expect(status()).toMatchObject({ state: 'closed', failures: 0, cooldownMs: 0, rateLimitedMs: 0, inFlight: 0 });
  });
});

it('in 200 calls that start while endpoints are drained and resumed in turn, each call is answered', async () => {
  const quick = after(50, answers());
  const { balanced, ask, inFlight } = buildRing([quick, quick, quick], { loadBalancing: true });
  const calls = [];
  const drains = [];

  for (let turn = 0; turn < 200; turn++) {
    const [resumed, drained] = [`e${turn % 3}`, `e${(turn + 1) % 3}`];
    balanced.resume(resumed);
    drains.push(watch(balanced.drain(drained)));
    calls.push(ask());
    await pass(10);
  }
  for (const name of ['e0', 'e1', 'e2']) balanced.resume(name);
  await pass(1_000);

  expect(calls.filter(({ state }) => state !== 'fulfilled')).toEqual([]);
  expect(drains.filter(({ state }) => state !== 'fulfilled')).toEqual([]);
  expect(inFlight()).toEqual([0, 0, 0]);
});
