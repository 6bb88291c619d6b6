import { describe, expect, it } from 'vitest';

import { type BalancedProvider, createBalancedProvider } from '../../../src/index.ts';
import { Quota } from '../../../src/health/quota.ts';
import type { StatedLimit } from '../../../src/health/stated-limits.ts';
import { apiError } from '../api-error.ts';
import { after, answers, type Behaviour, fails, FakeEndpoint, prompt } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

/** Asks for an answer of up to so many tokens, all of which are reserved. Really used are two. */
const ask = (balanced: BalancedProvider, maxOutputTokens: number, abortSignal?: AbortSignal) =>
  watch(balanced('m').doGenerate({ prompt, maxOutputTokens, ...(abortSignal && { abortSignal }) }));

/** A deployment with 500 tokens in each second, known from a call a minute ago. From now on it takes a second to answer. */
async function metered(behaviour: Behaviour = answers()) {
  const endpoint = new FakeEndpoint('e0');
  const balanced = createBalancedProvider({ endpoints: [endpoint.settings({ tpm: 30_000 })], retry: { rounds: 1 } });
  ask(balanced, 10);
  await pass(60_000);
  endpoint.behave(after(1_000, behaviour));
  return { endpoint, balanced };
}

describe('a quota of tokens', () => {
  it('counts what the very first call asks for', async () => {
    const endpoint = new FakeEndpoint('e0', after(1_000, answers()));
    const balanced = createBalancedProvider({ endpoints: [endpoint.settings({ tpm: 30_000 })] });

    ask(balanced, 20_000);
    ask(balanced, 20_000);
    await happenings();

    expect(endpoint.attempts).toHaveLength(1);
  });

  it('serves a small call right after one that asked for more than it holds and failed', async () => {
    const { endpoint, balanced } = await metered(fails(apiError(500)));
    ask(balanced, 128_000);
    await pass(1_000);

    endpoint.behave(answers());
    const small = ask(balanced, 100);
    await pass(1_000);

    expect(small.state).toBe('fulfilled');
  });

  it('serves a small call right after one that asked for more than it holds and was aborted', async () => {
    const { endpoint, balanced } = await metered();
    const controller = new AbortController();
    ask(balanced, 128_000, controller.signal);
    await pass(500);

    controller.abort();
    endpoint.behave(answers());
    const small = ask(balanced, 100);
    await pass(1_000);

    expect(small.state).toBe('fulfilled');
  });

  it('serves a call that waits for tokens as soon as another gives back what it did not use', async () => {
    const { endpoint, balanced } = await metered();
    ask(balanced, 25_000);
    ask(balanced, 25_000);

    await pass(1_010);

    expect(endpoint.attempts).toHaveLength(3);
  });
});

const unstated: StatedLimit = { perMinute: undefined, remaining: undefined };

describe('what a service says is left', () => {
  it('counts, whatever was reserved before', () => {
    const quota = new Quota({ tpm: 30_000 }, 'continuous', 0);
    const reservation = quota.reserve(0, 128_000);

    quota.learn(
      1,
      { requests: unstated, tokens: { perMinute: 30_000, remaining: 29_000 }, requestsReset: undefined },
      reservation,
    );

    expect(quota.availableAt(1, 29_000)).toBe(1);
  });

  it.each(['continuous', 'windows'] as const)('counts when the limit was not known before (%s)', (metering) => {
    const quota = new Quota({ rpm: 600 }, metering, 0);
    const reservation = quota.reserve(0, 1);

    quota.learn(
      0,
      { requests: unstated, tokens: { perMinute: 100_000, remaining: 30_000 }, requestsReset: undefined },
      reservation,
    );

    expect(quota.missingPart(0)).toBeCloseTo(0.7);
  });

  it('keeps calls away when others have used it up', async () => {
    const answerWith = (remaining: string): Behaviour => ({
      ...answers(),
      generate: async (attempt) => ({
        ...(await answers().generate(attempt)),
        response: { headers: { 'x-ratelimit-limit-requests': '60', 'x-ratelimit-remaining-requests': remaining } },
      }),
    });
    const endpoints = [new FakeEndpoint('e0', answerWith('0')), new FakeEndpoint('e1')] as const;
    endpoints[0].behaveOnce(answerWith('30'));
    const balanced = createBalancedProvider({
      endpoints: endpoints.map((endpoint) => endpoint.settings()),
      loadBalancing: false,
    });

    for (let call = 0; call < 3; call++) {
      ask(balanced, 1);
      await happenings();
    }

    expect(endpoints.map(({ attempts }) => attempts.length)).toEqual([2, 1]);
  });
});

describe('while more than half is left', () => {
  const statement = (requestsLeft: number) => ({
    requests: { perMinute: 600, remaining: requestsLeft },
    tokens: unstated,
    requestsReset: undefined,
  });

  it('looks at what answers say now and then, and at each again as soon as half is gone', () => {
    const quota = new Quota({}, 'continuous', 0);

    quota.learn(0, statement(500), undefined);
    expect([quota.wantsNews(10), quota.wantsNews(100)]).toEqual([false, true]);

    quota.learn(100, statement(300), undefined);
    expect(quota.wantsNews(100)).toBe(true);
  });
});
