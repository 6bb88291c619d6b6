import { describe, expect, it } from 'vitest';

import { type BalancedProvider, type BalancedProviderSettings, createBalancedProvider } from '../../../src/index.ts';
import type { CommonEndpointSettings } from '../../../src/index.ts';
import { apiError, rateLimit } from '../api-error.ts';
import { after, answers, type Behaviour, fails, FakeEndpoint, prompt, usage } from '../fake-endpoint.ts';
import { fakeFetch } from '../fake-fetch.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { type Outcome, watch } from '../outcome.ts';

useFakeTime();

const ask = (balanced: BalancedProvider, more: object = {}) =>
  watch(balanced('m').doGenerate({ prompt, maxOutputTokens: 10, ...more }));
const many = (count: number, balanced: BalancedProvider, more: object = {}) =>
  Array.from({ length: count }, () => ask(balanced, more));
const refused = (calls: readonly Outcome<unknown>[]) => calls.filter(({ state }) => state === 'rejected');

/** Answers that use all that the call allows. */
const spends: Behaviour = {
  ...answers(),
  generate: async (attempt) => {
    const total = attempt.options.maxOutputTokens ?? 0;
    const answer = await answers().generate(attempt);
    return { ...answer, usage: { ...usage, outputTokens: { total, text: total, reasoning: undefined } } };
  },
};

function ringOf(
  limits: readonly CommonEndpointSettings[],
  settings: Partial<BalancedProviderSettings> = {},
  behaviour: Behaviour = answers(),
) {
  const endpoints = limits.map((_, index) => new FakeEndpoint(`e${index}`, behaviour));
  const balanced = createBalancedProvider({
    endpoints: endpoints.map((endpoint, index) => endpoint.settings(limits[index])),
    picker: 'in-order',
    maxWaitMs: 20_000,
    ...settings,
  });
  return { endpoints: endpoints as [FakeEndpoint, ...FakeEndpoint[]], balanced };
}

describe('a waiting call is not refused as too late', () => {
  it('while a quota holds enough for the whole queue, and only maxConcurrency is reached', async () => {
    const { balanced } = ringOf([{ rpm: 600, maxConcurrency: 20 }], {}, after(1_000, answers()));

    const calls = many(300, balanced);
    await pass(20_000);

    expect(refused(calls)).toEqual([]);
  });

  it('while a deployment that is out comes back before its time is over', async () => {
    const { endpoints, balanced } = ringOf([{}, { rpm: 6 }], { failureThreshold: 1, cooldownMs: 5_000 });
    endpoints[0].behave(fails(apiError(500)));
    many(6, balanced);
    await happenings();
    endpoints[0].behave(answers());

    const calls = many(10, balanced);
    await pass(20_000);

    expect(refused(calls)).toEqual([]);
  });

  it('because of the calls behind it, when it comes back to its place at the front', async () => {
    const { endpoints, balanced } = ringOf([{ rpm: 60 }]);
    many(60, balanced);
    await happenings();
    const waiting = many(15, balanced);
    await pass(14_500);
    many(15, balanced);
    endpoints[0].behaveOnce(fails(rateLimit(1)));
    await pass(21_000);

    expect(refused(waiting)).toEqual([]);
  });

  it('because the queue is full, when it comes back', async () => {
    const { endpoints, balanced } = ringOf([{ maxConcurrency: 1 }], { maxWaiting: 2 });
    endpoints[0].behaveOnce(after(1_000, fails(rateLimit(1))));

    const calls = many(3, balanced);
    await pass(10_000);

    expect(refused(calls)).toEqual([]);
  });

  it('when a window ends in time, and gives back all of it at once', async () => {
    const { fetch } = fakeFetch();
    const balanced = createBalancedProvider({
      endpoints: [{ type: 'azure', resourceName: 'east', apiKey: 'any', rpm: 60, fetch }],
      maxWaitMs: 5_000,
    });
    many(10, balanced);
    await pass(9_900);

    const calls = many(10, balanced);
    await pass(5_000);

    expect(refused(calls)).toEqual([]);
  });

  it('when the calls ahead of it need fewer tokens than calls usually do', async () => {
    const { balanced } = ringOf([{ tpm: 60_000 }], {}, spends);
    many(10, balanced, { maxOutputTokens: 5_900 });
    await pass(100);

    const calls = [ask(balanced, { maxOutputTokens: 5_900 }), ...many(10, balanced)];
    await pass(20_000);

    expect(refused(calls)).toEqual([]);
  });
});
