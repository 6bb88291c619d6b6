import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';

import { type AllEndpointsFailedError, AttemptTimeoutError } from '../../../src/index.ts';
import { apiError } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { after, answers, type Behaviour, delta, fails, hangs, prompt, start, streams } from '../fake-endpoint.ts';
import { happenings, microtasks, pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

const dead = fails(apiError(500));

describe('a probe that takes longer than hedge.afterMs', () => {
  it.each([
    ['on its own', [dead]],
    ['beside a hedge that is as slow', [dead, after(4_000, answers())]],
  ])('brings its deployment back %s', async (_, behaviours) => {
    const { endpoints, ask, status } = buildRing(behaviours, {
      failureThreshold: 1,
      cooldownMs: 10_000,
      retry: { rounds: 1 },
      hedge: { afterMs: 3_000 },
    });
    ask();
    await pass(10_000);

    endpoints[0]?.behave(after(4_000, answers()));
    ask();
    await pass(4_000);

    expect(status()?.state).toBe('closed');
  });

  it('keeps its deployment out until the next probe when the hedge has answered first', async () => {
    const { endpoints, ask } = buildRing([dead, after(500, answers())], {
      failureThreshold: 1,
      cooldownMs: 10_000,
      hedge: { afterMs: 1_000, maxExtra: 1 },
    });
    ask();
    await pass(10_000);
    endpoints[0].behave(hangs());

    const probe = ask();
    await pass(1_500);
    expect(probe.state).toBe('fulfilled');
    await pass(9_999);
    ask();
    const before = endpoints[0].attempts.length;
    await pass(1);
    ask();

    expect([before, endpoints[0].attempts.length]).toEqual([2, 3]);
  });
});

it('timeout.firstContentMs, which is for streams, fails no attempt without a stream that loses against its hedge', async () => {
  const { ask, status } = buildRing([after(12_000, answers()), after(3_000, answers())], {
    timeout: { firstContentMs: 5_000 },
    hedge: { afterMs: 8_000, maxExtra: 1 },
  });

  const call = ask();
  await pass(11_000);

  expect(call.state).toBe('fulfilled');
  expect(status()?.failures).toBe(0);
});

describe('a hedged stream whose two deployments send the first content at about the same time', () => {
  /** A stream of both, of which one is ahead by so many turns: the words and the headers that the stream has. */
  async function wordsAndHeaders(aheadBy: number) {
    let speak = (): void => {};
    const event = new Promise<void>((resolve) => (speak = resolve));
    const speaker = (name: string, turns: number): Behaviour =>
      streams(start, { waitFor: event.then(() => microtasks(turns)) }, delta(name), 'hang');
    const { balanced } = buildRing([speaker('e0', Math.max(0, -aheadBy)), speaker('e1', Math.max(0, aheadBy))], {
      hedge: { afterMs: 1_000, maxExtra: 1 },
    });
    const result = await balanced('m').doStream({ prompt });
    const reading = watch(firstDelta(result.stream));
    await pass(1_000);

    speak();
    await happenings();

    return [reading.value, result.response?.headers?.['x-endpoint']];
  }

  it('has the headers of the deployment that its words come from', async () => {
    for (let aheadBy = -30; aheadBy <= 30; aheadBy++) {
      const [words, headers] = await wordsAndHeaders(aheadBy);

      expect(headers, `e0 ahead by ${aheadBy}`).toBe(words);
    }
  });
});

async function firstDelta(stream: ReadableStream<LanguageModelV4StreamPart>): Promise<string | undefined> {
  for await (const part of stream) if (part.type === 'text-delta') return part.delta;
  return undefined;
}

it('a hedge that replaces an attempt whose deployment was taken out meanwhile counts against the hedge budget', async () => {
  const { endpoints, balanced, ask } = buildRing([answers(), answers(), answers()], {
    failureThreshold: 1,
    cooldownMs: 600_000,
    hedge: { afterMs: 1_000, maxExtra: 0.1 },
  });
  const hedges: string[] = [];
  balanced.on('hedge', ({ from, to }) => void hedges.push(`${from} -> ${to}`));
  // Enough calls for one second attempt, and too few for two.
  for (let call = 0; call < 10; call++) ask();
  await happenings();
  endpoints[0].behaveOnce(hangs(), dead);
  const replaced = ask();
  ask();
  await pass(1_000);
  expect(replaced.state).toBe('fulfilled');

  endpoints[1].behaveOnce(hangs());
  ask();
  await pass(10_000);

  expect(hedges).toEqual([]);
});

it('an attempt under way goes on when its deployment is taken out and no other one can be asked', async () => {
  const { endpoints, ask, status } = buildRing([after(10_000, answers('long')), fails(apiError(401))], {
    hedge: { afterMs: 1_000 },
    retry: { rounds: 1 },
  });
  const long = ask();
  await pass(2_000);
  endpoints[0].behave(dead);
  for (let call = 0; call < 5; call++) ask();
  await pass(20_000);

  expect(status()?.failures).toBeGreaterThanOrEqual(5);
  expect(long.state).toBe('fulfilled');
});

it('the error of a hedged call that ran out of time names both attempts, and why they ended', async () => {
  const { balanced, ask } = buildRing([hangs(), hangs()], {
    hedge: { afterMs: 1_000, maxExtra: 1 },
    totalTimeoutMs: 3_000,
  });
  const told: string[] = [];
  balanced.on('attempt', ({ endpoint }) => told.push(endpoint));
  balanced.on('exhausted', () => told.push('exhausted'));

  const call = ask();
  await pass(4_000);

  const error = call.error as AllEndpointsFailedError;
  expect(error.attempts.map(({ endpoint }) => endpoint).toSorted()).toEqual(['e0', 'e1']);
  expect(error.rawErrors()).toEqual([expect.any(AttemptTimeoutError), expect.any(AttemptTimeoutError)]);
  expect(told.at(-1)).toBe('exhausted');
});

describe('a call with tools that are OpenAI’s own', () => {
  it.each<[string, string, Record<string, unknown>, number]>([
    ['the client executes', 'openai.custom', {}, 1],
    ['the client executes', 'openai.apply_patch', {}, 1],
    ['the client executes', 'openai.local_shell', {}, 1],
    ['the client executes', 'openai.shell', { environment: { type: 'local' } }, 1],
    ['the provider executes', 'openai.shell', { environment: { type: 'containerAuto' } }, 0],
    ['the provider executes', 'openai.code_interpreter', {}, 0],
    ['are not known', 'openai.next_year', {}, 0],
  ])('which %s: %s', async (_, id, args, hedges) => {
    const tool = { type: 'provider', id: id as `openai.${string}`, name: 'any', args } as const;
    const { ask, attempts } = buildRing([hangs(), answers()], { hedge: { afterMs: 1_000, maxExtra: 1 } });

    ask({ tools: [{ type: 'function', name: 'f', inputSchema: {} }, tool] });
    await pass(1_500);

    expect(attempts()).toEqual([1, hedges]);
  });
});
