import { getEventListeners } from 'node:events';

import { describe, expect, it, vi } from 'vitest';

import type { BalancedProvider } from '../../../src/index.ts';
import { apiError, networkError, rateLimit } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { delta, fails, finish, hangs, type HeldAttempt, holds, prompt, start, streams } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

const dead = fails(apiError(500));

/** Which endpoints are drained, in the order configured. */
const drainedOf = (balanced: BalancedProvider) => balanced.status().endpoints.map(({ isDrained }) => isDrained);

describe('the promise of drain()', () => {
  it('resolves at once when nothing is under way', async () => {
    const { balanced, askTimes } = buildRing([{}, {}]);
    await askTimes(1);

    const drained = watch(balanced.drain('e0'));
    await happenings();

    expect(drained.state).toBe('fulfilled');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('resolves at once for an endpoint that was never asked', async () => {
    const { balanced } = buildRing([{}, {}]);

    const drained = watch(balanced.drain('e1'));
    await happenings();

    expect(drained.state).toBe('fulfilled');
  });

  it('resolves with no value', async () => {
    const { balanced } = buildRing([{}]);

    expect(await balanced.drain('e0')).toBeUndefined();
  });

  it.each<[string, (attempt: HeldAttempt | undefined) => void]>([
    ['is answered', (attempt) => attempt?.answer()],
    ['fails', (attempt) => attempt?.fail(apiError(500))],
    ['is rate limited', (attempt) => attempt?.fail(rateLimit(60))],
    ['is rejected', (attempt) => attempt?.fail(apiError(400))],
    ['meets a refused connection', (attempt) => attempt?.fail(networkError('ECONNREFUSED'))],
  ])('resolves when the last attempt there %s, and not before', async (_, end) => {
    const held: HeldAttempt[] = [];
    const { balanced, askTimes } = buildRing([holds(held), {}]);
    await askTimes(2);

    const drained = watch(balanced.drain('e0'));
    held[0]?.answer();
    await pass(60_000);
    expect(drained.state).toBe('pending');
    end(held[1]);
    await happenings();

    expect(drained.state).toBe('fulfilled');
  });

  it('resolves when the caller aborts the last attempt there', async () => {
    const { balanced, ask } = buildRing([hangs(), {}]);
    const controller = new AbortController();
    ask({ abortSignal: controller.signal });
    await happenings();

    const drained = watch(balanced.drain('e0'));
    await happenings();
    expect(drained.state).toBe('pending');
    controller.abort();
    await happenings();

    expect(drained.state).toBe('fulfilled');
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('resolves when a time limit ends the last attempt there', async () => {
    const { balanced, ask } = buildRing([hangs(), {}], { timeout: { attemptMs: 1_000 } });
    ask();
    await happenings();

    const drained = watch(balanced.drain('e0'));
    await pass(999);
    expect(drained.state).toBe('pending');
    await pass(1);

    expect(drained.state).toBe('fulfilled');
  });

  it('resolves at the end of a stream there, and not before', async () => {
    const { balanced } = buildRing([streams(start, delta('a'), { waitMs: 500 }, delta('b'), finish())]);
    const { stream } = await balanced('m').doStream({ prompt });
    watch(stream.pipeTo(new WritableStream()));
    await pass(100);

    const drained = watch(balanced.drain('e0'));
    await pass(399);
    expect(drained.state).toBe('pending');
    await pass(1);

    expect(drained.state).toBe('fulfilled');
  });

  it('resolves when the reader cancels a stream there', async () => {
    const { balanced } = buildRing([streams(start, delta('a'), 'hang')]);
    const { stream } = await balanced('m').doStream({ prompt });
    const reader = stream.getReader();
    await reader.read();

    const drained = watch(balanced.drain('e0'));
    await happenings();
    expect(drained.state).toBe('pending');
    await reader.cancel();
    await happenings();

    expect(drained.state).toBe('fulfilled');
  });

  it('waits for the attempts of all models there', async () => {
    const held: HeldAttempt[] = [];
    const { balanced, askTimes } = buildRing([holds(held), {}]);
    await askTimes(1, { modelId: 'a' });
    await askTimes(1, { modelId: 'b' });

    const drained = watch(balanced.drain('e0'));
    held[0]?.answer();
    await happenings();
    expect(drained.state).toBe('pending');
    held[1]?.answer();
    await happenings();

    expect(drained.state).toBe('fulfilled');
  });

  it('does not wait for attempts at other endpoints', async () => {
    const { balanced, askTimes } = buildRing([dead, hangs()]);
    await askTimes(1);

    const drained = watch(balanced.drain('e0'));
    await happenings();

    expect(drained.state).toBe('fulfilled');
  });

  it('resolves each time when an endpoint is drained twice', async () => {
    const held: HeldAttempt[] = [];
    const { balanced, askTimes } = buildRing([holds(held), {}]);
    await askTimes(1);

    const drains = [watch(balanced.drain('e0')), watch(balanced.drain('e0'))];
    held[0]?.answer();
    await happenings();

    expect(drains.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled']);
    balanced.resume('e0');
    expect(drainedOf(balanced)).toEqual([false, false]);
  });

  it('resolves also when resume() came before the end of what was under way', async () => {
    const held: HeldAttempt[] = [];
    const { balanced, askTimes } = buildRing([holds(held), {}]);
    await askTimes(1);

    const drained = watch(balanced.drain('e0'));
    balanced.resume('e0');
    held[0]?.answer();
    await happenings();

    expect(drained.state).toBe('fulfilled');
  });
});
