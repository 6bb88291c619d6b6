import { getEventListeners } from 'node:events';

import { describe, expect, it } from 'vitest';

import { type BalancedProviderSettings, createBalancedProvider } from '../../../src/index.ts';
import type { CommonEndpointSettings } from '../../../src/settings/endpoint-settings.ts';
import { answers, type Behaviour, FakeEndpoint, hangs, prompt, usage } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

const oneAtOnce = { maxConcurrency: 1 };

/** Begins a call of a deployment that is busy with others. */
async function busyWith(others: number, limits: CommonEndpointSettings, settings: Partial<BalancedProviderSettings>) {
  const balanced = createBalancedProvider({
    endpoints: [new FakeEndpoint('e0', hangs()).settings(limits)],
    ...settings,
  });
  for (let call = 0; call < others; call++) watch(balanced('m').doGenerate({ prompt }));
  const controller = new AbortController();
  const call = watch(balanced('m').doGenerate({ prompt, abortSignal: controller.signal }));
  await happenings();
  return { call, controller, listeners: () => getEventListeners(controller.signal, 'abort') };
}

describe('a call that waits in the queue leaves no listener on its signal', () => {
  it('when it is aborted', async () => {
    const { call, controller, listeners } = await busyWith(1, oneAtOnce, {});

    controller.abort('enough');
    await happenings();

    expect(call.error).toBe('enough');
    expect(listeners()).toEqual([]);
  });

  it('when it has waited for as long as it may', async () => {
    const { call, listeners } = await busyWith(1, oneAtOnce, { maxWaitMs: 2_000 });

    await pass(2_010);

    expect(call.state).toBe('rejected');
    expect(listeners()).toEqual([]);
  });

  it('when it could not be served in time', async () => {
    const { call, listeners } = await busyWith(6, { rpm: 6 }, { maxWaitMs: 2_000 });

    expect(call.state).toBe('rejected');
    expect(listeners()).toEqual([]);
  });

  it('when the queue is full', async () => {
    const { call, listeners } = await busyWith(2, oneAtOnce, { maxWaiting: 1 });

    expect(call.state).toBe('rejected');
    expect(listeners()).toEqual([]);
  });
});

it('a provider that returns no answer has failed, and nothing of the attempt is left behind', async () => {
  const broken = { ...answers(), generate: async () => undefined as never };
  const balanced = createBalancedProvider({
    endpoints: [new FakeEndpoint('e0', broken).settings(), new FakeEndpoint('e1').settings()],
  });
  const controller = new AbortController();

  const call = watch(balanced('m').doGenerate({ prompt, abortSignal: controller.signal }));
  await happenings();

  expect(call.state).toBe('fulfilled');
  expect(balanced.status().endpoints.map(({ deployments }) => deployments.map(({ inFlight }) => inFlight))).toEqual([
    [0],
    [0],
  ]);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

describe('an answer that a content filter has emptied', () => {
  const finishReason = { unified: 'content-filter', raw: 'content_filter' } as const;
  const filtered: Behaviour = {
    ...answers(),
    generate: async () => ({ content: [], finishReason, usage, warnings: [] }),
  };
  const ask = (behaviours: readonly Behaviour[], failoverOn: BalancedProviderSettings['failoverOn']) =>
    createBalancedProvider({
      endpoints: behaviours.map((behaviour, index) => new FakeEndpoint(`e${index}`, behaviour).settings()),
      failoverOn: failoverOn ?? [],
    })('m').doGenerate({ prompt });

  it('is the answer', async () => {
    expect(await ask([filtered, answers()], [])).toMatchObject({ finishReason });
  });

  it("makes the call go to the next endpoint with failoverOn: ['content-filter'], as for streams", async () => {
    expect(await ask([filtered, answers('whole')], ['content-filter'])).toMatchObject({
      content: [{ text: 'whole' }],
      providerMetadata: { balanced: { endpoint: 'e1', attempts: 2 } },
    });
  });

  it('is the answer all the same when every endpoint filters', async () => {
    expect(await ask([filtered, filtered], ['content-filter'])).toMatchObject({
      finishReason,
      providerMetadata: { balanced: { endpoint: 'e1', attempts: 2 } },
    });
  });
});
