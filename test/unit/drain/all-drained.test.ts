import { getEventListeners } from 'node:events';

import { describe, expect, it, vi } from 'vitest';

import { AllEndpointsFailedError, type BalancedProviderSettings, createBalancedProvider } from '../../../src/index.ts';
import { apiError } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { fails, prompt } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

const dead = fails(apiError(500));

describe('while all endpoints are drained, a call', () => {
  const allDrained = (settings: Partial<BalancedProviderSettings> = {}) => {
    const ring = buildRing([{}, {}], settings);
    for (const name of ['e0', 'e1']) void ring.balanced.drain(name);
    return ring;
  };

  it('waits for maxWaitMs, and then fails without an attempt', async () => {
    const { ask, attempts } = allDrained({ maxWaitMs: 2_000 });

    const call = ask();
    await pass(1_999);
    expect(call.state).toBe('pending');
    await pass(10);

    expect(call.state).toBe('rejected');
    expect(attempts()).toEqual([0, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('fails at once with maxWaitMs: 0', async () => {
    const { askTimes } = allDrained({ maxWaitMs: 0 });

    const [call] = await askTimes(1);

    expect(AllEndpointsFailedError.isInstance(call?.error)).toBe(true);
  });

  it('fails with status 503, without attempts and without a time', async () => {
    const { ask } = allDrained({ maxWaitMs: 2_000 });

    const call = ask();
    await pass(2_010);

    expect(AllEndpointsFailedError.isInstance(call.error)).toBe(true);
    expect(call.error).toMatchObject({ statusCode: 503, attempts: [], isRetryable: false });
    expect((call.error as AllEndpointsFailedError).rawErrors()).toEqual([]);
    expect((call.error as AllEndpointsFailedError).retryAfterMs).toBeUndefined();
  });

  it('fails with each endpoint as drained in its error, and a message that says so', async () => {
    const { ask } = allDrained({ maxWaitMs: 2_000 });

    const call = ask();
    await pass(2_010);

    const { unavailable, message } = call.error as AllEndpointsFailedError;
    expect(unavailable).toMatchObject([
      { endpoint: 'e0', deployment: 'm', reason: 'drained' },
      { endpoint: 'e1', deployment: 'm', reason: 'drained' },
    ]);
    for (const { availableInMs } of unavailable) expect(availableInMs).toBeUndefined();
    expect(message).toMatch(/drained/);
    expect(message).toContain('e0');
    expect(message).not.toMatch(/capacity|out after failures/);
  });

  it('that streams fails in the same way', async () => {
    const { balanced } = allDrained({ maxWaitMs: 2_000 });

    const opening = watch(
      balanced('m')
        .doStream({ prompt })
        .then(async ({ stream }) => {
          for await (const part of stream) if (part.type === 'error') throw part.error;
        }),
    );
    await pass(2_010);

    expect(opening.error).toMatchObject({ statusCode: 503, attempts: [] });
  });

  it('is not refused in advance as too late, because an endpoint may be resumed', async () => {
    const { balanced, askTimes } = allDrained({ maxWaitMs: 2_000 });
    const calls = await askTimes(20);
    await pass(1_000);
    expect(calls.filter(({ state }) => state === 'pending')).toHaveLength(20);

    balanced.resume('e1');
    await pass(500);

    expect(calls.filter(({ state }) => state === 'fulfilled')).toHaveLength(20);
  });

  it('that its caller aborts leaves nothing behind', async () => {
    const { ask, inFlight } = allDrained();
    const controller = new AbortController();
    const call = ask({ abortSignal: controller.signal });
    await pass(100);

    controller.abort('enough');
    await happenings();

    expect(call.error).toBe('enough');
    expect(inFlight()).toEqual([0, 0]);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('waits also when the only other endpoint is skipped for its missing credentials', async () => {
    const [main] = buildRing([{}]).endpoints;
    const balanced = createBalancedProvider({
      endpoints: [main.settings(), { type: 'openai', name: 'skipped', apiKeyEnv: 'A_KEY_THAT_IS_NOT_SET' }],
      onMissingCredentials: 'skip',
      api: 'chat',
    });
    void balanced.drain('e0');

    const call = watch(balanced('m').doGenerate({ prompt }));
    await pass(1_000);
    expect(call.state).toBe('pending');
    balanced.resume('e0');
    await happenings();

    expect(call.state).toBe('fulfilled');
  });
});

it('the error of a call names the drained endpoint beside one that is out, each with its own reason', async () => {
  const { balanced, askTimes } = buildRing([{}, fails(apiError(401))], { maxWaitMs: 0 });
  void balanced.drain('e0');
  await askTimes(1);
  await pass(100);

  const [call] = await askTimes(1);

  expect(call?.error).toMatchObject({
    unavailable: [
      { endpoint: 'e0', reason: 'drained' },
      { endpoint: 'e1', reason: 'cooldown' },
    ],
  });
});

it('a call that failed at the one endpoint that is not drained names the drained one as unavailable', async () => {
  const { balanced, ask } = buildRing([{}, dead], { retry: { rounds: 1 } });
  void balanced.drain('e0');

  const call = ask();
  await pass(1_000);

  expect(call.error).toMatchObject({
    attempts: [{ endpoint: 'e1', statusCode: 500 }],
    unavailable: [{ endpoint: 'e0', reason: 'drained' }],
  });
});
