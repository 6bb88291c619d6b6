import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';

import {
  type AllEndpointsFailedError,
  type BalancedEvents,
  type BalancedProviderSettings,
  createBalancedProvider,
  type InvalidSettingsError,
} from '../../../src/index.ts';
import { apiError, rateLimit } from '../api-error.ts';
import { buildRing, type EndpointPlan } from '../build-ring.ts';
import { after, answers, type Behaviour, fails, hangs, prompt, start, streams } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { thrownBy } from '../outcome.ts';

useFakeTime();

const dead = fails(apiError(503));
const forM = { models: ['m'] };
const forB = { models: ['b'] };
const forC = { models: ['c'] };

/** Endpoints of which calls of `m` fall back to `b`, and then to `c`. */
const ringOf = (plans: readonly EndpointPlan[], settings: Partial<BalancedProviderSettings> = {}) =>
  buildRing(plans, { fallbacks: { m: ['b', 'c'] }, ...settings });

const say = (balanced: object) => ({ providerOptions: { balanced: balanced as never } });

describe('a call with fallbacks', () => {
  it('goes on to the next model when each deployment of its own has failed it once, without a backoff', async () => {
    const { ask, attempts } = ringOf([{ ...forM, does: dead }, { ...forM, does: dead }, { ...forB, does: dead }, forC]);

    const call = ask();
    await happenings();

    expect(call.value?.providerMetadata).toEqual({ balanced: { endpoint: 'e3', attempts: 4, modelId: 'c' } });
    expect(attempts()).toEqual([1, 1, 1, 1]);
  });

  it('is served by the next model at the same endpoint, whose limits and cooldowns are apart', async () => {
    const { ask, endpoints, balanced } = ringOf([{ models: ['m', 'b', 'c'] }]);
    endpoints[0]?.behaveOnce(fails(rateLimit(30)));

    const calls = [ask(), ask()];
    await happenings();
    await pass(31_000);
    const later = ask();
    await happenings();

    expect([...calls, later].map(({ value }) => value?.providerMetadata?.['balanced'])).toEqual([
      { endpoint: 'e0', attempts: 2, modelId: 'b' },
      { endpoint: 'e0', attempts: 1, modelId: 'm' },
      { endpoint: 'e0', attempts: 1, modelId: 'm' },
    ]);
    expect(balanced.status().endpoints[0]?.deployments.map(({ deployment }) => deployment)).toEqual(['m', 'b', 'c']);
  });

  it('tells in its events of the model of each attempt, and of the one that was called', async () => {
    const { ask, balanced } = ringOf([{ ...forM, does: dead }, forB, { ...forC, does: dead }]);
    const told: unknown[] = [];
    for (const name of ['callStart', 'attemptStart', 'failover', 'attempt', 'callEnd'] as const)
      balanced.on(name, ({ modelId, requestedModelId }: BalancedEvents[typeof name]) =>
        told.push([name, modelId, requestedModelId]),
      );

    ask();
    await happenings();

    expect(told).toEqual([
      ['callStart', 'm', 'm'],
      ['attemptStart', 'm', 'm'],
      ['attempt', 'm', 'm'],
      ['failover', 'b', 'm'],
      ['attemptStart', 'b', 'm'],
      ['attempt', 'b', 'm'],
      ['callEnd', 'b', 'm'],
    ]);
  });

  it('begins each further round with its own model, and fails with all attempts in order', async () => {
    const { ask, balanced } = ringOf(
      [
        { ...forM, does: dead },
        { ...forB, does: dead },
      ],
      {
        fallbacks: { m: ['b'] },
        retry: { rounds: 2 },
      },
    );
    const exhausted: unknown[] = [];
    balanced.on('exhausted', ({ modelId }) => exhausted.push(modelId));

    const call = ask();
    await pass(60_000);

    const error = call.error as AllEndpointsFailedError;
    expect(error.attempts.map(({ endpoint, modelId }) => [endpoint, modelId])).toEqual([
      ['e0', 'm'],
      ['e1', 'b'],
      ['e0', 'm'],
      ['e1', 'b'],
    ]);
    expect([error.modelId, exhausted]).toEqual(['m', ['m']]);
    expect(error.message).toContain('e1 (b): retryable 503 ×2');
  });

  it('comes back to its own model when that can serve again', async () => {
    const { ask, endpoints } = ringOf([{ ...forM, does: dead }, forB], {
      fallbacks: { m: ['b'] },
      failureThreshold: 1,
      cooldownMs: 5_000,
    });
    ask();
    await happenings();
    endpoints[0]?.behave(answers());

    const meanwhile = ask();
    await pass(5_000);
    const later = ask();
    await happenings();

    const modelOf = ({ value }: typeof later) => value?.providerMetadata?.['balanced']?.['modelId'];
    expect([meanwhile, later].map(modelOf)).toEqual(['b', 'm']);
  });

  it('does not follow the fallbacks of a fallback, so that two models may stand in for each other', async () => {
    const { ask, attempts } = ringOf(
      [
        { ...forM, does: dead },
        { ...forB, does: dead },
      ],
      { fallbacks: { m: ['b'], b: ['m'] }, retry: { rounds: 1 } },
    );

    const call = ask();
    const other = ask({ modelId: 'b' });
    await happenings();

    const order = ({ error }: typeof call) => (error as AllEndpointsFailedError).attempts.map(({ modelId }) => modelId);
    expect([order(call), order(other)]).toEqual([
      ['m', 'b'],
      ['b', 'm'],
    ]);
    expect(attempts()).toEqual([2, 2]);
  });

  it('falls back within a stream that has no content', async () => {
    const { balanced } = ringOf([{ ...forM, does: streams(start, { throws: apiError(500) }) }, forB], {
      fallbacks: { m: ['b'] },
    });

    const { stream } = await balanced('m').doStream({ prompt });
    const parts: LanguageModelV4StreamPart[] = [];
    for await (const part of stream) parts.push(part);

    expect(parts.at(-1)).toMatchObject({
      type: 'finish',
      providerMetadata: { balanced: { endpoint: 'e1', attempts: 2, modelId: 'b' } },
    });
  });

  it('is asked at a stand-in that it may go to, when `only` leaves none of its own endpoints', async () => {
    const { ask, attempts } = ringOf([forM, forB], { fallbacks: { m: ['b'] }, fallbackAfterMs: 10_000 });

    const call = ask(say({ only: ['e1'] }));
    await happenings();

    expect([call.state, attempts()]).toEqual(['fulfilled', [0, 1]]);
  });
});

describe('a rejection', () => {
  const tooLong = fails(apiError(400, { error: { code: 'context_length_exceeded' } }));
  const filtered = fails(apiError(400, { error: { code: 'content_filter' } }));

  it.each<[string, Behaviour, readonly number[]]>([
    ['for the length of its context goes at once to the next model', tooLong, [1, 0, 1]],
    ['by a content filter goes to the next deployment first', filtered, [1, 1, 1]],
  ])('%s with `failoverOn`', async (_, does, expected) => {
    const { ask, attempts } = ringOf([{ ...forM, does }, { ...forM, does }, forB], {
      fallbacks: { m: ['b'] },
      failoverOn: ['context-length', 'content-filter'],
    });

    const call = ask();
    await happenings();

    expect([call.state, attempts()]).toEqual(['fulfilled', expected]);
  });

  it('is thrown as it is without `failoverOn`, and by all models with it', async () => {
    const settings = { fallbacks: { m: ['b'] } };
    const off = ringOf([{ ...forM, does: tooLong }, forB], settings);
    const on = ringOf(
      [
        { ...forM, does: tooLong },
        { ...forB, does: tooLong },
      ],
      {
        ...settings,
        failoverOn: ['context-length'],
      },
    );

    const calls = [off.ask(), on.ask()];
    await happenings();

    expect(calls.map(({ error }) => (error as { statusCode: number }).statusCode)).toEqual([400, 400]);
    expect([off.attempts(), on.attempts()]).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  it('of what a stand-in cannot take is no end of the call: the next model is asked, and its own again', async () => {
    const { ask, attempts } = ringOf(
      [
        { ...forM, does: dead },
        { ...forB, does: fails(apiError(400)) },
        { ...forB, does: fails(apiError(400)) },
        { ...forC, does: dead },
      ],
      { retry: { rounds: 2 } },
    );

    const call = ask();
    await pass(60_000);

    expect(attempts()).toEqual([2, 1, 0, 2]);
    expect((call.error as AllEndpointsFailedError).name).toBe('AI_AllEndpointsFailedError');
  });
});

describe('while its own model is at capacity, a call', () => {
  const busy = [{ ...forM, maxConcurrency: 1, does: after(1_000, answers()) }, forB] as const;

  it('goes to the next model at once with fallbackAfterMs 0', async () => {
    const { ask, attempts } = ringOf(busy, { fallbacks: { m: ['b'] } });
    ask();
    const call = ask();
    await happenings();

    expect([call.state, attempts()]).toEqual(['fulfilled', [1, 1]]);
  });

  it('waits for it no longer than fallbackAfterMs, and is not sent on while it can serve within that time', async () => {
    const { ask, attempts } = ringOf(busy, { fallbacks: { m: ['b'] }, fallbackAfterMs: 1_500 });
    const calls = Array.from({ length: 3 }, () => ask());
    await pass(1_400);
    expect([calls.map(({ state }) => state), attempts()]).toEqual([
      ['fulfilled', 'pending', 'pending'],
      [2, 0],
    ]);

    await pass(200);

    expect([calls[2]?.state, attempts()]).toEqual(['fulfilled', [2, 1]]);
  });

  it('goes on at once where it is clear that nothing will be free in time', async () => {
    const { ask, attempts } = ringOf([{ ...forM, rpm: 6 }, forB], { fallbacks: { m: ['b'] }, fallbackAfterMs: 3_000 });
    for (let spent = 0; spent < 6; spent += 1) ask();
    await happenings();

    const call = ask();
    await happenings();

    expect([call.state, attempts()]).toEqual(['fulfilled', [6, 1]]);
  });

  it.each([
    ['that ends within fallbackAfterMs is waited for', 1, [2, 0]],
    ['that ends later is not', 5, [1, 1]],
  ])('answered with a rate limit %s', async (_, seconds, expected) => {
    const { ask, endpoints, attempts } = ringOf([forM, forB], { fallbacks: { m: ['b'] }, fallbackAfterMs: 2_000 });
    endpoints[0]?.behaveOnce(fails(rateLimit(seconds)));

    const call = ask();
    await pass(1_100);

    expect([call.state, attempts()]).toEqual(['fulfilled', expected]);
  });

  it('waits for all of its models at once when none can serve, and is served by the first that can', async () => {
    const { ask, attempts } = ringOf(
      [
        { ...forM, maxConcurrency: 1, does: hangs() },
        { ...forB, maxConcurrency: 1, does: after(2_000, answers()) },
      ],
      { fallbacks: { m: ['b'] }, fallbackAfterMs: 500 },
    );
    ask();
    await pass(500);
    ask();
    await pass(600);
    const call = ask();
    await pass(2_000);
    expect(attempts()).toEqual([1, 2]);
    await pass(2_000);

    expect(call.value?.providerMetadata).toMatchObject({ balanced: { endpoint: 'e1', modelId: 'b' } });
  });

  it('waits for no longer than maxWaitMs, all its models together', async () => {
    const { ask } = ringOf(
      [
        { ...forM, maxConcurrency: 1, does: hangs() },
        { ...forB, maxConcurrency: 1, does: hangs() },
      ],
      { fallbacks: { m: ['b'] }, fallbackAfterMs: 500, maxWaitMs: 3_000 },
    );
    ask();
    ask();
    await pass(1_000);

    const call = ask();
    await pass(10_000);

    expect(call.state).toBe('rejected');
    expect(call.settledAt).toBeGreaterThanOrEqual(4_000);
    expect(call.settledAt).toBeLessThan(4_100);
  });

  it('does not overtake those that wait for the same deployments', async () => {
    const { ask, endpoints, attempts } = ringOf(
      [
        { ...forM, maxConcurrency: 1, does: hangs() },
        { ...forB, maxConcurrency: 1, does: after(1_000, answers()) },
      ],
      { fallbacks: { m: ['b'] } },
    );
    ask();
    ask();
    const first = ask();
    await pass(500);
    const second = ask({ modelId: 'b' });
    await pass(600);
    endpoints[1]?.behave(answers());
    await pass(1_500);

    expect(attempts()).toEqual([1, 3]);
    expect(first.settledAt).toBeLessThanOrEqual(second.settledAt as number);
  });
});

it('waits of a model that is out are none, whatever fallbackAfterMs is', async () => {
  const { ask, attempts } = ringOf([{ ...forM, does: dead }, forB], {
    fallbacks: { m: ['b'] },
    fallbackAfterMs: 10_000,
    failureThreshold: 1,
  });
  ask();
  await happenings();

  const call = ask();
  await happenings();

  expect([call.state, attempts()]).toEqual(['fulfilled', [1, 2]]);
});

describe('fallbacks', () => {
  it.each([
    [{ m: ['m'] }, 'fallbacks.m[0]', 'is the model itself'],
    [{ m: ['b', 'b'] }, 'fallbacks.m[1]', 'is there twice'],
    [{ m: ['x'] }, 'fallbacks.m[0]', 'is served by no endpoint: it is in the models of none'],
    [{ m: 'b' }, 'fallbacks.m', 'must be a list of model ids'],
    [['b'], 'fallbacks', 'must be an object that maps model ids to lists of model ids'],
  ])('are refused when the provider is made: %j', (fallbacks, path, message) => {
    const thrown = thrownBy(() => ringOf([forM, forB], { fallbacks: fallbacks as never }));

    expect((thrown as InvalidSettingsError).problems).toEqual([{ path, message }]);
  });

  it('of an embedding model are refused when the model is made, unless embeddings may mix', () => {
    const embeds = (allowMixedEmbeddings: boolean) =>
      createBalancedProvider({
        endpoints: [{ type: 'openai', apiKey: 'any' }],
        fallbacks: { m: ['b'] },
        allowMixedEmbeddings,
      });

    expect(() => embeds(false).embeddingModel('m')).toThrow('fallbacks.m: is an embedding model');
    expect(() => embeds(true).embeddingModel('m')).not.toThrow();
  });
});
