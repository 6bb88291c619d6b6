import { describe, expect, it } from 'vitest';

import { type BalancedEvents, createBalancedProvider } from '../../../src/index.ts';
import { prompt } from '../fake-endpoint.ts';
import { fakeFetch } from '../fake-fetch.ts';
import { pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

const WINDOW_MS = 10_000;
const RPM = 120;

/** Numbers in [0, 1) that are the same in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 4_294_967_296;
}

/** A quota that is judged by windows, and that other clients may spend from as well. */
class Quota {
  #window = -1;
  #left = 0;

  take(): boolean {
    const window = Math.floor(performance.now() / WINDOW_MS);
    if (window > this.#window) this.#left = (RPM * WINDOW_MS) / 60_000;
    this.#window = window;
    if (this.#left === 0) return false;
    this.#left -= 1;
    return true;
  }

  get headers(): Readonly<Record<string, string>> {
    const seconds = Math.ceil((WINDOW_MS - (performance.now() % WINDOW_MS)) / 1_000);
    return {
      'retry-after': String(seconds),
      'x-ratelimit-limit-requests': String(RPM),
      'x-ratelimit-remaining-requests': String(this.#left),
      'x-ratelimit-reset-requests': String(seconds),
    };
  }
}

/** An Azure resource with such a quota. */
function resource(quota: Quota, random: () => number): typeof globalThis.fetch {
  const { fetch: answer } = fakeFetch();
  const delay = (ms: number) => new Promise((resolve) => void setTimeout(resolve, ms));
  return async (input, init) => {
    const isTaken = quota.take();
    const { headers } = quota;
    await delay(isTaken ? 300 + 1_500 * random() : 20);
    if (!isTaken) return Response.json({ error: { message: 'Too many requests.' } }, { status: 429, headers });
    return Response.json(await (await answer(input, init)).json(), { headers });
  };
}

interface Traffic {
  readonly seed?: number;
  readonly quotas: readonly [Quota, Quota];
  readonly settings?: object;
  /** Calls a second. */
  readonly perSecond: number;
  /** Requests a second that another client sends, to each of the quotas in turn. */
  readonly others?: number;
}

/** The warnings of two endpoints under random traffic, within some minutes. */
async function warningsOf({ seed = 1, quotas, settings, perSecond, others = 0 }: Traffic) {
  const random = seeded(seed);
  const balanced = createBalancedProvider({
    endpoints: quotas.map((quota, index) => ({
      name: `e${index}`,
      type: 'azure',
      resourceName: `r${index}`,
      apiKey: 'key',
      fetch: resource(quota, random),
      ...settings,
    })),
    maxWaitMs: 15_000,
  });
  const warnings: BalancedEvents['warning'][] = [];
  balanced.on('warning', (warning) => void warnings.push(warning));
  const model = balanced.chat('m');
  let turn = 0;
  for (let at = 0; at < 150_000; at += 50) {
    if (random() < perSecond / 20) void watch(model.doGenerate({ prompt }));
    if (random() < others / 20) quotas[(turn += 1) % 2]?.take();
    await pass(50);
  }
  return warnings;
}

describe('two endpoints with one quota', () => {
  it('are warned of, once', async () => {
    const quota = new Quota();
    const warnings = await warningsOf({ quotas: [quota, quota], settings: { rpm: RPM }, perSecond: 2.4 });

    expect(warnings).toEqual([
      {
        code: 'quota-shared',
        endpoint: expect.stringMatching(/^e[01]$/),
        message: expect.stringMatching(/"e[01]" and "e[01]" seem to have one quota.*quotaGroup/),
      },
    ]);
  });

  it('are not warned of where the settings say it', async () => {
    const quota = new Quota();
    const settings = { rpm: RPM, quotaGroup: 'region' };

    expect(await warningsOf({ quotas: [quota, quota], settings, perSecond: 2.4 })).toEqual([]);
  });
});

const SEEDS = [1, 2];

describe('two endpoints with a quota each', () => {
  it.each([
    ['at 85 % load', { perSecond: 3.4 }],
    ['at 140 % load', { perSecond: 5.6 }],
    ['with limits that are too high, at 140 % load', { perSecond: 5.6, settings: { rpm: 2 * RPM } }],
    ['from which another client spends as much', { perSecond: 2.4, others: 2.4 }],
    ['from which another client would spend all', { perSecond: 2.4, others: 5 }],
  ])('are not warned of %s', async (_, traffic) => {
    for (const seed of SEEDS) {
      expect(await warningsOf({ seed, quotas: [new Quota(), new Quota()], ...traffic })).toEqual([]);
    }
  });
});
