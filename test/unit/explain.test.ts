import { NoSuchModelError } from '@ai-sdk/provider';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createBalancedProvider, type PickerSetting } from '../../src/index.ts';
import { apiError, rateLimit } from './api-error.ts';
import { buildRing } from './build-ring.ts';
import {
  after,
  answers,
  type Behaviour,
  fails,
  FakeEndpoint,
  hangs,
  type HeldAttempt,
  holds,
} from './fake-endpoint.ts';
import { happenings, pass, useFakeTime } from './fake-time.ts';

useFakeTime();

/** Chance that is none, of which each draw differs (Park and Miller's generator). */
let seed = 1;
const random = (): number => {
  seed = (seed * 16_807) % 2_147_483_647;
  return seed / 2_147_483_647;
};

const names = (deployments: readonly { readonly endpoint: string }[]) => deployments.map(({ endpoint }) => endpoint);

describe('explain()', () => {
  it('lists the deployments in the order of their priorities, before any call', () => {
    const { balanced, attempts } = buildRing([
      { priority: 2, deployments: { m: 'm-0' } },
      { priority: 1 },
      { priority: 2 },
    ]);
    const before = balanced.status();

    expect(balanced.explain('m')).toEqual({
      modelId: 'm',
      candidates: [
        { endpoint: 'e1', deployment: 'm' },
        { endpoint: 'e0', deployment: 'm-0' },
        { endpoint: 'e2', deployment: 'm' },
      ],
      unavailable: [],
      fallbacks: [],
    });
    expect(attempts()).toEqual([0, 0, 0]);
    expect(balanced.status()).toEqual(before);
  });

  it('says of each deployment that cannot be asked why not, as data and as a sentence', async () => {
    const { balanced, askTimes } = buildRing([fails(apiError(401)), fails(rateLimit(30)), { does: answers() }, {}]);
    void balanced.drain('e3');
    await askTimes(1);

    const { candidates, unavailable } = balanced.explain('m');

    expect(candidates).toEqual([{ endpoint: 'e2', deployment: 'm' }]);
    expect(unavailable).toEqual([
      {
        endpoint: 'e0',
        deployment: 'm',
        reason: 'cooldown',
        availableInMs: 600_000,
        class: 'misconfigured',
        statusCode: 401,
        sentence: 'Deployment "m" at endpoint "e0" cannot be asked now: out for 600 s after misconfigured 401.',
      },
      {
        endpoint: 'e1',
        deployment: 'm',
        reason: 'rate-limit',
        availableInMs: 30_000,
        class: 'rate-limited',
        statusCode: 429,
        sentence: 'Deployment "m" at endpoint "e1" cannot be asked now: rate limited for 30 s.',
      },
      {
        endpoint: 'e3',
        deployment: 'm',
        reason: 'drained',
        sentence: 'Deployment "m" at endpoint "e3" cannot be asked now: drained.',
      },
    ]);
  });

  it('is about the embedding model of an id that was made as one', () => {
    const balanced = createBalancedProvider({
      endpoints: [
        {
          type: 'azure',
          name: 'a',
          resourceName: 'a',
          apiKey: 'k',
          deployments: { 'text-embedding-3-small': 'small' },
        },
        { type: 'openai', name: 'b', apiKey: 'k' },
      ],
    });
    balanced.embeddingModel('text-embedding-3-small');
    const before = balanced.status();

    // The name of the only deployment of a model stands for the model.
    expect(balanced.explain('small').candidates).toEqual([
      { endpoint: 'a', deployment: 'small' },
      { endpoint: 'b', deployment: 'text-embedding-3-small' },
    ]);
    expect(balanced.status()).toEqual(before);
  });

  it('tells the same of the models that stand in for it, at the same endpoint or at another', async () => {
    const limited: Behaviour = fails(rateLimit(30));
    const { balanced, askTimes } = buildRing([{ models: ['m', 'b'], does: limited }, { models: ['c'] }], {
      fallbacks: { m: ['b', 'c'], c: ['m'] },
    });
    await askTimes(1);

    const { candidates, unavailable, fallbacks } = balanced.explain('m');

    expect([candidates, names(unavailable)]).toEqual([[], ['e0']]);
    expect(fallbacks).toEqual([
      { modelId: 'b', candidates: [], unavailable: [expect.objectContaining({ endpoint: 'e0', deployment: 'b' })] },
      { modelId: 'c', candidates: [{ endpoint: 'e1', deployment: 'c' }], unavailable: [] },
    ]);
    expect(balanced.status().rings.map(({ modelId }) => modelId)).toEqual(['m', 'b', 'c']);
  });

  it('tells of two gates that are closed the one that opens last', async () => {
    const held: HeldAttempt[] = [];
    const { balanced, askTimes } = buildRing([holds(held)], { failureThreshold: 1, cooldownMs: 5_000, maxWaitMs: 0 });
    await askTimes(2);
    held[0]?.fail(apiError(500));
    held[1]?.fail(rateLimit(60));
    await happenings();

    expect(balanced.status().endpoints[0]?.deployments[0]?.closedGates).toHaveLength(2);
    expect(balanced.explain('m').unavailable).toMatchObject([{ reason: 'rate-limit', availableInMs: 60_000 }]);
  });

  it('leaves out what the first call will leave out for want of credentials, and changes nothing by that', async () => {
    const endpoint = new FakeEndpoint('e1');
    const balanced = createBalancedProvider({
      endpoints: [{ type: 'openai', name: 'e0', apiKeyEnv: 'A_KEY_THAT_IS_NOT_SET' }, endpoint.settings()],
      onMissingCredentials: 'skip',
      loadBalancing: false,
      api: 'chat',
    });
    const before = balanced.status();

    const { candidates, unavailable } = balanced.explain('m');

    expect(candidates).toEqual([{ endpoint: 'e1', deployment: 'm' }]);
    expect(unavailable).toEqual([
      {
        endpoint: 'e0',
        deployment: 'm',
        reason: 'skipped',
        sentence: 'Deployment "m" at endpoint "e0" cannot be asked now: no credentials.',
      },
    ]);
    expect(balanced.status()).toEqual(before);
  });

  it('does not name a deployment that the next call will find to hang, and does not take it out', async () => {
    const { endpoints, balanced, ask } = buildRing([{}, {}, {}], { loadBalancing: true, failureThreshold: 3, random });
    for (const endpoint of endpoints) endpoint.behave(after(100, answers()));
    for (let call = 0; call < 30; call++) {
      ask();
      await pass(50);
    }
    endpoints[0].behave(hangs());
    let cooldowns = 0;
    balanced.on('cooldown', () => void (cooldowns += 1));
    for (let call = 0; call < 60; call++) {
      const before = endpoints.map(({ attempts }) => attempts.length);
      const { candidates } = balanced.explain('m');
      const isOut = cooldowns > 0;
      ask();
      const asked = endpoints.find(({ attempts }, index) => attempts.length > before[index]!);
      expect(candidates[0]?.endpoint).toBe(asked?.name);
      if (!isOut && cooldowns > 0) expect(candidates).toHaveLength(2);
      await pass(50);
    }
    expect(cooldowns).toBe(1);
  });

  it('throws NoSuchModelError for an id that no endpoint has', () => {
    const balanced = createBalancedProvider({ endpoints: [new FakeEndpoint('a').settings({ models: ['m'] })] });

    expect(() => balanced.explain('other')).toThrow(NoSuchModelError);
  });

  const pickers: readonly PickerSetting[] = [
    'round-robin',
    'least-busy',
    'fastest',
    'in-order',
    ({ available }) => available.toSorted((a, b) => a.latencyMs - b.latencyMs)[0]!,
  ];
  it.each(pickers)(
    'names the deployment first that the next call goes to, whatever has happened (%s)',
    async (picker) => {
      const steps = fc.array(
        fc.oneof(
          { weight: 3, arbitrary: fc.constant('ask' as const) },
          fc.record({ at: fc.nat(3), does: fc.constantFrom('answer', 'fail', 'limit', 'drain', 'resume') }),
          fc.constantFrom(10, 1_000, 6_000),
        ),
        { maxLength: 25 },
      );
      await fc.assert(
        fc.asyncProperty(
          steps,
          fc.array(fc.constantFrom(1, 2, 3), { minLength: 4, maxLength: 4 }),
          async (along, weights) => {
            const held: HeldAttempt[] = [];
            const { balanced, endpoints, ask } = buildRing(
              [0, 1, 2, 3].map((index) => ({
                does: holds(held),
                weight: weights[index]!,
                priority: index === 3 ? 1 : 0,
              })),
              { loadBalancing: true, picker, random, failureThreshold: 1, maxWaitMs: 0, retry: { rounds: 1 } },
            );
            for (const step of along) {
              if (typeof step === 'number') await pass(step);
              else if (step === 'ask') {
                const before = endpoints.map(({ attempts }) => attempts.length);
                const first = balanced.explain('m').candidates[0]?.endpoint;
                expect(balanced.explain('m').candidates[0]?.endpoint).toBe(first);
                ask();
                await happenings();
                const asked = endpoints.filter(({ attempts }, index) => attempts.length > before[index]!);
                expect(names(asked.map(({ name }) => ({ endpoint: name })))).toEqual(
                  first === undefined ? [] : [first],
                );
              } else if (step.does === 'drain') void balanced.drain(`e${step.at}`);
              else if (step.does === 'resume') balanced.resume(`e${step.at}`);
              else if (step.does === 'answer') held.shift()?.answer();
              else held.shift()?.fail(step.does === 'fail' ? apiError(500) : rateLimit(5));
              await happenings();
            }
            for (const attempt of held) attempt.answer();
            await happenings();
          },
        ),
        { numRuns: 60 },
      );
    },
  );
});
