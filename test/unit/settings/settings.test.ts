import { describe, expect, it } from 'vitest';

import { type BalancedProviderSettings, createBalancedProvider } from '../../../src/index.ts';
import { apiError, rateLimit } from '../api-error.ts';
import { after, answers, delta, fails, FakeEndpoint, finish, hangs, prompt, start, streams } from '../fake-endpoint.ts';
import { fakeFetch } from '../fake-fetch.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

const DAY_MS = 86_400_000;

function twoEndpoints(settings: Partial<BalancedProviderSettings> = {}) {
  const endpoints = [new FakeEndpoint('e0'), new FakeEndpoint('e1')] as const;
  const balanced = createBalancedProvider({ endpoints: endpoints.map((endpoint) => endpoint.settings()), ...settings });
  const ask = async () => {
    const call = watch(balanced('m').doGenerate({ prompt }));
    await happenings();
    return call;
  };
  return { endpoints, balanced, ask };
}

describe('a setting that is left out has the default that its documentation names:', () => {
  it('weight and priority: all endpoints share alike', async () => {
    const { endpoints, balanced, ask } = twoEndpoints();

    for (let call = 0; call < 10; call++) await ask();

    expect(endpoints.map(({ attempts }) => attempts.length)).toEqual([5, 5]);
    expect(balanced.status().endpoints).toMatchObject([
      { weight: 1, priority: 0 },
      { weight: 1, priority: 0 },
    ]);
  });

  it('failureThreshold: five failures', async () => {
    const { endpoints, ask } = twoEndpoints({ loadBalancing: false });
    endpoints[0].behave(fails(apiError(500)));

    for (let call = 0; call < 10; call++) await ask();

    expect(endpoints[0].attempts).toHaveLength(5);
  });

  it('cooldownMs: 5 s at first, 12 s at the most', async () => {
    const { endpoints, balanced, ask } = twoEndpoints({ loadBalancing: false, failureThreshold: 1 });
    const cooldowns: number[] = [];
    balanced.on('cooldown', ({ cooldownMs }) => void cooldowns.push(cooldownMs));
    endpoints[0].behave(fails(apiError(500)));

    for (let second = 0; second < 120; second++) {
      await ask();
      await pass(1_000);
    }

    expect(cooldowns[0]).toBeGreaterThan(4_000);
    expect(cooldowns[0]).toBeLessThanOrEqual(5_000);
    expect(Math.max(...cooldowns)).toBeGreaterThan(10_000);
    expect(Math.max(...cooldowns)).toBeLessThanOrEqual(12_000);
  });

  it('misconfiguredCooldownMs: ten minutes', async () => {
    const { endpoints, balanced, ask } = twoEndpoints();
    endpoints[0].behave(fails(apiError(401)));

    await ask();
    await ask();

    expect(balanced.status().endpoints[0]?.cooldownMs).toBe(600_000);
  });

  it('retry: three rounds', async () => {
    const { endpoints, ask } = twoEndpoints({ failureThreshold: 100 });
    for (const endpoint of endpoints) endpoint.behave(fails(apiError(500)));

    await ask();
    await pass(60_000);

    expect(endpoints.map(({ attempts }) => attempts.length)).toEqual([3, 3]);
  });

  it('retry: waits that double from 1 s to 60 s', async () => {
    const endpoint = new FakeEndpoint('only', fails(apiError(500)));
    const balanced = createBalancedProvider({
      endpoints: [endpoint.settings()],
      failureThreshold: 100,
      retry: { rounds: 9, jitter: false },
    });

    watch(balanced('m').doGenerate({ prompt }));
    await pass(1_000_000);

    const startedAt = endpoint.attempts.map((attempt) => attempt.startedAt);
    const waits = startedAt.slice(1).map((at, index) => (at - (startedAt[index] ?? 0)) / 1_000);
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it('timeout and totalTimeoutMs: none', async () => {
    const { endpoints, balanced } = twoEndpoints({ loadBalancing: false });
    const slow = streams(start, { waitMs: DAY_MS }, delta('a'), { waitMs: DAY_MS }, finish());
    endpoints[0].behave(after(DAY_MS, slow));
    const types: string[] = [];
    const read = watch(
      balanced('m')
        .doStream({ prompt })
        .then(async ({ stream }) => {
          for await (const { type } of stream) types.push(type);
        }),
    );

    await pass(4 * DAY_MS);

    expect(read.state).toBe('fulfilled');
    expect(types).toEqual(['stream-start', 'text-delta', 'finish']);
    expect(endpoints[1].attempts).toHaveLength(0);
  });

  it('metadata: on', async () => {
    const { ask } = twoEndpoints();

    expect((await ask()).value?.providerMetadata).toEqual({ balanced: { endpoint: 'e0', attempts: 1, modelId: 'm' } });
  });

  it('failoverOn: nothing', async () => {
    const { endpoints, ask } = twoEndpoints({ loadBalancing: false });
    const errors = ['content_filter', 'context_length_exceeded'].map((code) => apiError(400, { error: { code } }));
    endpoints[0].behaveOnce(...errors.map((error) => fails(error)));

    expect([(await ask()).error, (await ask()).error]).toEqual(errors);
    expect(endpoints[1].attempts).toHaveLength(0);
  });
});

describe('a setting that is given', () => {
  it('failoverOn sends on what it names, and nothing else', async () => {
    const { endpoints, ask } = twoEndpoints({ loadBalancing: false, failoverOn: ['context-length'] });
    endpoints[0].behaveOnce(
      fails(apiError(400, { error: { code: 'context_length_exceeded' } })),
      fails(apiError(400, { error: { code: 'content_filter' } })),
    );

    expect((await ask()).state).toBe('fulfilled');
    expect((await ask()).state).toBe('rejected');
    expect(endpoints[1].attempts).toHaveLength(1);
  });

  it('metadata: false leaves results as they came', async () => {
    const { endpoints, ask } = twoEndpoints({ metadata: false });
    const whole = await answers().generate({ modelId: 'm', startedAt: 0, options: { prompt }, cancelReasons: [] });
    endpoints[0].behave({ ...answers(), generate: async () => whole });

    expect((await ask()).value).toBe(whole);
  });

  it('classifyFailure decides, is told the endpoint and the model, and may call the default', async () => {
    const asked: unknown[] = [];
    const { classifyFailure } = await import('../../../src/index.ts');
    const { endpoints, ask } = twoEndpoints({
      loadBalancing: false,
      classifyFailure: (error, context) => {
        asked.push(context);
        return error === 'ours' ? { class: 'rate-limited', retryAfterMs: 9_000 } : classifyFailure(error, context);
      },
    });
    endpoints[0].behaveOnce(fails('ours'));
    endpoints[1].behaveOnce(fails(rateLimit(20)));

    const call = await ask();
    await pass(8_999);
    expect(endpoints.map(({ attempts }) => attempts.length)).toEqual([1, 1]);
    await pass(1_100);

    expect(asked).toMatchObject([
      { endpoint: 'e0', modelId: 'm' },
      { endpoint: 'e1', modelId: 'm' },
    ]);
    expect(call.state).not.toBe('pending');
  });

  it('classifyFailure may name a time that is no number: the limit ends as one without a time', async () => {
    const { endpoints, ask } = twoEndpoints({
      loadBalancing: false,
      classifyFailure: () => ({ class: 'rate-limited', retryAfterMs: Number(undefined) * 1_000 }),
    });
    endpoints[0].behaveOnce(fails('ours'));
    await ask();

    await pass(60_000);
    await ask();

    expect(endpoints[0].attempts).toHaveLength(2);
  });

  it('is looked at once, whatever happens to it later', async () => {
    const { fetch, sent } = fakeFetch();
    const deployments: Record<string, string> = { 'gpt-4': 'first' };
    const modelMapping: Record<string, string> = { 'gpt-5': 'first' };
    const models = ['gpt-4', 'gpt-5'];
    const endpoint = { type: 'azure' as const, resourceName: 'east', apiKey: 'k-1', deployments, models, fetch };
    const endpoints = [endpoint];
    const balanced = createBalancedProvider({ endpoints, modelMapping });

    deployments['gpt-4'] = 'second';
    modelMapping['gpt-5'] = 'second';
    models.length = 0;
    endpoints.length = 0;
    for (const id of ['gpt-4', 'gpt-5']) await balanced.chat(id).doGenerate({ prompt });

    expect(sent.map(({ model }) => model)).toEqual(['first', 'first']);
  });

  it('of one member of retry or cooldownMs leaves the defaults of the others as they are', async () => {
    const hung = new FakeEndpoint('hung', hangs());
    const balanced = createBalancedProvider({
      endpoints: [hung.settings()],
      timeout: { attemptMs: 100 },
      failureThreshold: 1,
      cooldownMs: { initialMs: 60_000 },
      retry: { rounds: 1 },
    });
    watch(balanced('m').doGenerate({ prompt }));

    await pass(100);

    // A first cooldown above the default of the greatest raises it.
    const { cooldownMs } = balanced.status().endpoints[0]?.deployments[0] ?? {};
    expect(cooldownMs).toBeGreaterThan(50_000);
    expect(cooldownMs).toBeLessThanOrEqual(60_000);
  });
});
