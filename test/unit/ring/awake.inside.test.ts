import { describe, expect, it } from 'vitest';

import type { EndpointSettings } from '../../../src/index.ts';
import { simulatedRing } from './simulated-ring.ts';
import { exponential, logNormal } from './simulated-services.ts';

interface Traffic {
  readonly perMinute: number;
  readonly forMs: number;
  readonly seed: number;
  /** Milliseconds until an endpoint answers; `undefined` for never. */
  readonly takesMs: (endpoint: number, now: number, usualMs: number) => number | undefined;
  readonly sigma?: number;
}

/** Four endpoints, and what became of their attempts. */
function watched({ perMinute, forMs, seed, takesMs, sigma = 0.35 }: Traffic) {
  const { ring, random, events, after, now, run, lease } = simulatedRing(
    [0, 1, 2, 3].map((index): EndpointSettings => ({ type: 'openai', name: `e${index}`, apiKey: 'k' })),
    seed,
  );
  const out: { readonly endpoint: string; readonly at: number }[] = [];
  events.on('cooldown', ({ endpoint }) => void out.push({ endpoint, at: now() }));
  const attempts: { readonly endpoint: number; readonly at: number; readonly tookMs: number | undefined }[] = [];
  const ask = (): void => {
    const deployment = ring.pick(now(), { tokens: 1 });
    if (deployment === undefined) return;
    const endpoint = ring.deployments.indexOf(deployment);
    const startedAt = now();
    const tookMs = takesMs(endpoint, startedAt, logNormal(random, 600, sigma));
    attempts.push({ endpoint, at: startedAt, tookMs });
    const attempt = lease(deployment);
    const hangs = ring.hangs(false);
    if (!attempt.isProbe) hangs?.started(deployment, startedAt);
    else after(hangs?.probePatienceMs(deployment) ?? 0, () => attempt.hang());
    if (tookMs === undefined) return;
    after(tookMs, () => {
      hangs?.answered(deployment, startedAt, tookMs);
      ring.times(false).record(deployment, startedAt, tookMs);
      attempt.content();
      attempt.settle({ type: 'success' }, now());
    });
  };
  const arrive = (): void => {
    if (now() > forMs) return;
    ask();
    after(exponential(random, 60_000 / perMinute), arrive);
  };
  arrive();
  run();
  return { out, attempts };
}

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);

describe('a deployment is taken out, without any setting,', () => {
  it.each(seeds)('that hangs for 70 s, after 16 attempts at the most, probes included (seed %i)', (seed) => {
    const isSilent = (at: number): boolean => at >= 40_000 && at < 110_000;
    const { out, attempts } = watched({
      perMinute: 200,
      forMs: 175_000,
      seed,
      takesMs: (endpoint, at, usualMs) => (endpoint === 1 && isSilent(at) ? undefined : 2.5 * usualMs),
    });
    const lost = attempts.filter(({ tookMs }) => tookMs === undefined).length;

    expect(lost).toBeLessThanOrEqual(16);
    expect(lost / attempts.length).toBeLessThanOrEqual(0.03);
    expect(new Set(out.map(({ endpoint }) => endpoint))).toEqual(new Set(['e1']));
    // It is back when it has healed.
    expect(attempts.filter(({ endpoint, at }) => endpoint === 1 && at > 135_000).length).toBeGreaterThan(10);
  });

  it.each(seeds)('that is ten times as slow for a minute: 95 of 100 answers are as quick as ever (seed %i)', (seed) => {
    const { out, attempts } = watched({
      perMinute: 240,
      forMs: 140_000,
      seed,
      takesMs: (endpoint, at, usualMs) => (endpoint === 1 && at >= 45_000 && at < 105_000 ? 10 * usualMs : usualMs),
    });
    const times = attempts.map(({ tookMs = 0 }) => tookMs).toSorted((a, b) => a - b);

    // 95 of 100 of the usual times are below 1,067 ms.
    expect(times[Math.floor(times.length * 0.95)]).toBeLessThanOrEqual(1.5 * 1_067);
    expect(new Set(out.map(({ endpoint }) => endpoint))).toEqual(new Set(['e1']));
  });
});

describe('no deployment is taken out', () => {
  it.each(seeds)('in an hour of healthy traffic whose times differ as much as they ever do (seed %i)', (seed) => {
    const { out } = watched({ perMinute: 240, forMs: 3_600_000, seed, sigma: 1, takesMs: (_, __, usualMs) => usualMs });

    expect(out).toEqual([]);
  });

  it.each([3, 10])('when all of them become %i times as slow at once', (factor) => {
    for (const seed of seeds) {
      const { out } = watched({
        perMinute: 240,
        forMs: 200_000,
        seed,
        takesMs: (_, at, usualMs) => (at > 60_000 ? factor * usualMs : usualMs),
      });
      expect(out).toEqual([]);
    }
  });

  it('in the first calls of a process, however long they take', () => {
    const { out } = watched({
      perMinute: 240,
      forMs: 8_000,
      seed: 1,
      takesMs: (endpoint, _, usualMs) => (endpoint === 1 ? 30_000 : usualMs),
    });

    expect(out).toEqual([]);
  });
});
