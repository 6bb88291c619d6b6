import { getEventListeners } from 'node:events';

import { describe, expect, it, vi } from 'vitest';

import type { BalancedProviderSettings } from '../../../src/index.ts';
import { apiError } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { answers, type Behaviour, delta, fails, prompt, start, type Step } from '../fake-endpoint.ts';
import { happenings, microtasks, pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

/** More promises than settle one after the other between an event and the last that it causes. */
const MOST_TURNS = 45;

/** A call under way to which something is about to happen, when `event` settles. */
interface Situation {
  /** What each endpoint does with the attempts that it gets. */
  readonly behaviours: (event: Promise<void>) => readonly (readonly Behaviour[])[];
  readonly settings?: Partial<BalancedProviderSettings>;
  /** Milliseconds after which the event can happen. */
  readonly afterMs?: number;
  readonly maxConcurrency?: number;
}

const saysThis = (...steps: readonly Step[]): Behaviour => ({ ...answers(), stream: async () => steps });
const speaksAt = (event: Promise<void>): Behaviour => ({
  generate: (attempt) => event.then(() => answers().generate(attempt)),
  stream: async () => [start, { waitFor: event }, delta('a'), 'hang'],
});
const breaksAt = (event: Promise<void>): Behaviour => ({
  generate: () => event.then(() => Promise.reject(apiError(500))),
  stream: async () => [start, { waitFor: event }, { throws: new Error('cut') }],
});

const situations: Readonly<Record<string, Situation>> = {
  'comes to its content': { behaviours: (event) => [[speaksAt(event)]] },
  'comes to its content with every time limit running': {
    behaviours: (event) => [[speaksAt(event)]],
    settings: { totalTimeoutMs: 90_000, timeout: { attemptMs: 50_000, firstContentMs: 40_000, idleMs: 30_000 } },
  },
  'fails over': { behaviours: (event) => [[breaksAt(event)], [saysThis(start, delta('b'), 'hang')]] },
  'comes to its content in a second round': {
    behaviours: (event) => [[fails(apiError(500)), speaksAt(event)]],
    settings: { retry: { jitter: false } },
    afterMs: 1_000,
  },
  'gets content from two deployments at once': {
    behaviours: (event) => [[speaksAt(event)], [speaksAt(event)]],
    settings: { hedge: { afterMs: 1_000, maxExtra: 1 } },
    afterMs: 1_000,
  },
  'comes to its content while another waits for its place': {
    behaviours: (event) => [[speaksAt(event)]],
    maxConcurrency: 1,
  },
};

/** How a caller ends a call, while it still can. */
const ways = ['aborts a stream', 'cancels a stream', 'aborts an answer'] as const;

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

/** A call that is ended by its caller so many turns after the event. Returns what that leaves behind. */
async function leftBehind(situation: Situation, way: (typeof ways)[number], turns: number) {
  const { behaviours, settings, afterMs = 0, maxConcurrency } = situation;
  let happen = (): void => {};
  const event = new Promise<void>((resolve) => (happen = resolve));
  const queues = behaviours(event);
  const { endpoints, balanced, ask, inFlight } = buildRing(
    queues.map(() => ({ maxConcurrency })),
    settings,
  );
  for (const [index, queue] of queues.entries()) endpoints[index]?.behaveOnce(...queue);
  const controller = new AbortController();
  const options = { prompt, abortSignal: controller.signal };
  const stream = way === 'aborts an answer' ? undefined : watch(balanced('m').doStream(options));
  if (stream === undefined) ask(options);
  await pass(afterMs);
  const reader = stream?.value?.stream.getReader();
  const reads = reader === undefined ? [] : [1, 2, 3].map(() => watch(reader.read()));
  const other = maxConcurrency === undefined ? undefined : ask();
  await happenings();

  happen();
  await microtasks(turns);
  if (way === 'cancels a stream') watch(reader?.cancel('enough') ?? Promise.reject(new Error('There is no stream.')));
  else controller.abort();
  await happenings();

  return {
    inFlight: sum(inFlight()),
    timers: vi.getTimerCount(),
    listeners: getEventListeners(controller.signal, 'abort').length,
    openStreams: sum(endpoints.map(({ openStreams }) => openStreams)),
    pending: [...reads, other].filter((read) => read?.state === 'pending').length,
  };
}

describe.each(Object.entries(situations))('a call that %s', (_, situation) => {
  it.each(ways)('leaves nothing behind at whatever moment its caller %s', async (way) => {
    const nothing = { inFlight: 0, timers: 0, listeners: 0, openStreams: 0, pending: 0 };

    for (let turns = 0; turns < MOST_TURNS; turns++) {
      expect(await leftBehind(situation, way, turns), `after ${turns} turns`).toEqual(nothing);
    }
  });
});
