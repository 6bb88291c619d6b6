import { getEventListeners } from 'node:events';

import { describe, expect, it, vi } from 'vitest';

import { type BalancedEvents, type BalancedProvider, createBalancedProvider } from '../../../src/index.ts';
import { readStream } from '../../support/read-stream.ts';
import { apiError } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import {
  after,
  answers,
  type Behaviour,
  delta,
  fails,
  finish,
  hangs,
  prompt,
  start,
  streams,
  usage,
} from '../fake-endpoint.ts';
import { happenings, microtasks, pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

/** Outcomes of the calls that have ended. */
function outcomesOf(balanced: BalancedProvider): BalancedEvents['callEnd']['outcome'][] {
  const outcomes: BalancedEvents['callEnd']['outcome'][] = [];
  balanced.on('callEnd', ({ outcome }) => void outcomes.push(outcome));
  return outcomes;
}

/** What a call has left behind that is over. */
const left = (inFlight: readonly number[], { signal }: AbortController) => ({
  inFlight,
  timers: vi.getTimerCount(),
  listeners: getEventListeners(signal, 'abort').length,
});

describe('a picker that throws', () => {
  it.each([
    ['at the first pick', [answers()], 1, {}],
    ['when it picks the next deployment', [fails(apiError(500)), answers()], 2, {}],
    ['in a second round', [fails(apiError(500))], 2, {}],
    ['when it picks a deployment to hedge', [hangs(), answers()], 2, { hedge: { afterMs: 1_000, maxExtra: 1 } }],
  ] as const)('%s ends the call with its error, and leaves nothing behind', async (_, behaviours, atPick, settings) => {
    const wrong = new Error('a bug in the picker');
    let picks = 0;
    const { balanced, ask, inFlight } = buildRing(behaviours, {
      loadBalancing: true,
      totalTimeoutMs: 60_000,
      picker: ({ available: [first] }) => {
        picks += 1;
        if (picks === atPick) throw wrong;
        return first as NonNullable<typeof first>;
      },
      ...settings,
    });
    const outcomes = outcomesOf(balanced);
    const controller = new AbortController();
    const call = ask({ abortSignal: controller.signal });
    await pass(10_000);

    expect([call.error, picks, outcomes]).toEqual([wrong, atPick, ['failure']]);
    expect(left(inFlight(), controller)).toEqual({ inFlight: behaviours.map(() => 0), timers: 0, listeners: 0 });
  });
});

describe('a call that was aborted before it began', () => {
  it('ends with the reason, also where credentials are missing', async () => {
    const balanced = createBalancedProvider({ endpoints: [{ type: 'openai', apiKeyEnv: 'NO_SUCH_KEY' }] });
    const outcomes = outcomesOf(balanced);
    const call = watch(balanced('m').doGenerate({ prompt, abortSignal: AbortSignal.abort('too late') }));
    await happenings();

    expect([call.error, outcomes]).toEqual(['too late', ['aborted']]);
  });
});

describe('a call that totalTimeoutMs ends', () => {
  it('names the deployments that had no room for its tokens', async () => {
    const { endpoints, ask } = buildRing([hangs(), { tpm: 12_000, does: hangs() }], {
      totalTimeoutMs: 10_000,
    });
    endpoints[0].behaveOnce(fails(apiError(500)));
    ask({ maxOutputTokens: 10_000 });
    await pass(1_000);
    const call = ask({ maxOutputTokens: 10_000 });
    await pass(10_000);

    expect(call.error).toMatchObject({ unavailable: [{ endpoint: 'e1', reason: 'limits' }] });
  });
});

describe('a listener that aborts the call', () => {
  it('when it begins to wait ends the wait at once', async () => {
    const { balanced, ask, inFlight } = buildRing([{ does: hangs(), maxConcurrency: 1 }]);
    ask();
    const controller = new AbortController();
    balanced.on('waiting', () => controller.abort(new Error('enough')));
    const call = ask({ abortSignal: controller.signal });
    await happenings();

    expect(call.error).toEqual(new Error('enough'));
    expect(left(inFlight(), controller)).toEqual({ inFlight: [1], timers: 0, listeners: 0 });
  });
});

describe('an answer that a content filter has emptied', () => {
  const empty: Awaited<ReturnType<Behaviour['generate']>> = {
    content: [],
    finishReason: { unified: 'content-filter', raw: 'content_filter' },
    usage,
    warnings: [],
  };
  const emptied: Behaviour = { generate: async () => empty, stream: async () => [start, finish('content-filter')] };

  it('is the answer when the other deployments cannot be asked in time', async () => {
    const { balanced, ask } = buildRing([emptied, { does: hangs(), maxConcurrency: 1 }], {
      failoverOn: ['content-filter'],
      maxWaitMs: 0,
    });
    const outcomes = outcomesOf(balanced);
    ask();
    await happenings();
    const call = ask();
    const { stream } = await balanced('m').doStream({ prompt });
    const { partTypes } = await readStream(stream);

    expect(call.value).toMatchObject({ content: [], finishReason: { unified: 'content-filter' } });
    expect(partTypes).toEqual(['stream-start', 'finish']);
    expect(outcomes).toEqual(['success', 'success']);
  });
});

describe('a probe that brings its deployment back', () => {
  it('frees its place at once, so that no call that waits is sent to a deployment that is still down', async () => {
    const { endpoints, ask, attempts } = buildRing([{ maxConcurrency: 1 }, {}], {
      failureThreshold: 1,
      // Without jitter, so that the first deployment is the one that is probed.
      cooldownMs: 5_000,
      retry: { rounds: 1 },
    });
    for (const endpoint of endpoints) endpoint.behaveOnce(fails(apiError(500)));
    ask();
    await happenings();
    endpoints[0].behave(after(1_100, answers()));
    endpoints[1].behave(hangs());
    ask();
    ask();
    await pass(2_500);

    expect(attempts()).toEqual([3, 1]);
  });
});

describe('a stream whose every answer is filtered', () => {
  it('has one callEnd and leaves nothing behind at whatever moment it is cancelled', async () => {
    for (let turns = 0; turns < 60; turns++) {
      let filter = (): void => {};
      const event = new Promise<void>((resolve) => (filter = resolve));
      const filtered = streams(start, { waitFor: event }, finish('content-filter'));
      const { balanced, inFlight } = buildRing([filtered], { failoverOn: ['content-filter'], totalTimeoutMs: 60_000 });
      const outcomes = outcomesOf(balanced);
      const controller = new AbortController();
      const { stream } = await balanced('m').doStream({ prompt, abortSignal: controller.signal });
      const reader = stream.getReader();
      watch(reader.read());
      await happenings();
      filter();
      await microtasks(turns);
      watch(reader.cancel('enough'));
      await happenings();

      expect(outcomes, `after ${turns} turns`).toHaveLength(1);
      expect(left(inFlight(), controller), `after ${turns} turns`).toEqual({ inFlight: [0], timers: 0, listeners: 0 });
    }
  });
});

describe('an answer that throws when it is looked at', () => {
  const thrown = new Error('no access');
  const trap = (): never => {
    throw thrown;
  };
  const hostileAnswer: Behaviour = {
    // No model of the SDK's makes such an object, but a proxy around one may.
    generate: async () => Object.defineProperty({}, 'response', { get: trap, enumerable: true }) as never,
    stream: async () => [start, Object.defineProperty(delta('a'), 'providerMetadata', { get: trap, enumerable: true })],
  };

  it('is a failure of its attempt, and the next deployment answers', async () => {
    const { ask, inFlight } = buildRing([hostileAnswer, answers('next')]);
    const call = ask();
    await happenings();

    expect(call.value?.content).toMatchObject([{ text: 'next' }]);
    expect(inFlight()).toEqual([0, 0]);
  });

  it('ends a stream in an error part', async () => {
    const { balanced, inFlight } = buildRing([hostileAnswer]);
    const outcomes = outcomesOf(balanced);
    const { stream } = await balanced('m').doStream({ prompt });
    const reader = stream.getReader();
    const parts = [watch(reader.read()), watch(reader.read()), watch(reader.read())];
    await happenings();

    expect(parts.map(({ value }) => value?.value?.type)).toEqual(['stream-start', 'error', undefined]);
    expect([inFlight(), outcomes]).toEqual([[0], ['failure']]);
  });
});
