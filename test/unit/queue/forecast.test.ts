import { describe, expect, it } from 'vitest';

import { createBalancedProvider } from '../../../src/index.ts';
import { apiError, rateLimit } from '../api-error.ts';
import { buildRing, type Ring } from '../build-ring.ts';
import { after, answers, type Behaviour, fails, prompt, usage } from '../fake-endpoint.ts';
import { fakeFetch } from '../fake-fetch.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { type Outcome, watch } from '../outcome.ts';

useFakeTime();

/** Starts so many calls, which ask for little output unless the options say otherwise. */
const many = (count: number, ask: Ring['ask'], options: object = {}) =>
  Array.from({ length: count }, () => ask({ maxOutputTokens: 10, ...options }));
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

describe('a waiting call is not refused as too late', () => {
  it('while a quota holds enough for the whole queue, and only maxConcurrency is reached', async () => {
    const { ask } = buildRing([{ rpm: 600, maxConcurrency: 20, does: after(1_000, answers()) }], { maxWaitMs: 20_000 });

    const calls = many(300, ask);
    await pass(20_000);

    expect(refused(calls)).toEqual([]);
  });

  it('while a deployment that is out comes back before its time is over', async () => {
    const { endpoints, ask } = buildRing([{}, { rpm: 6 }], {
      failureThreshold: 1,
      cooldownMs: 5_000,
      maxWaitMs: 20_000,
    });
    endpoints[0].behave(fails(apiError(500)));
    many(6, ask);
    await happenings();
    endpoints[0].behave(answers());

    const calls = many(10, ask);
    await pass(20_000);

    expect(refused(calls)).toEqual([]);
  });

  it('because of the calls behind it, when it comes back to its place at the front', async () => {
    const { endpoints, ask } = buildRing([{ rpm: 60 }], { maxWaitMs: 20_000 });
    many(60, ask);
    await happenings();
    const waiting = many(15, ask);
    await pass(14_500);
    many(15, ask);
    endpoints[0].behaveOnce(fails(rateLimit(1)));
    await pass(21_000);

    expect(refused(waiting)).toEqual([]);
  });

  it('because the queue is full, when it comes back', async () => {
    const { endpoints, ask } = buildRing([{ maxConcurrency: 1 }], { maxWaiting: 2, maxWaitMs: 20_000 });
    endpoints[0].behaveOnce(after(1_000, fails(rateLimit(1))));

    const calls = many(3, ask);
    await pass(10_000);

    expect(refused(calls)).toEqual([]);
  });

  it('when a window ends in time, and gives back all of it at once', async () => {
    const { fetch } = fakeFetch();
    const balanced = createBalancedProvider({
      endpoints: [{ type: 'azure', resourceName: 'east', apiKey: 'any', rpm: 60, fetch }],
      maxWaitMs: 5_000,
    });
    const ask: Ring['ask'] = (options) => watch(balanced('m').doGenerate({ prompt, ...options }));
    many(10, ask);
    await pass(9_900);

    const calls = many(10, ask);
    await pass(5_000);

    expect(refused(calls)).toEqual([]);
  });

  it('when the calls ahead of it need fewer tokens than calls usually do', async () => {
    const { ask } = buildRing([{ tpm: 60_000, does: spends }], { maxWaitMs: 20_000 });
    many(10, ask, { maxOutputTokens: 5_900 });
    await pass(100);

    const calls = [...many(1, ask, { maxOutputTokens: 5_900 }), ...many(10, ask)];
    await pass(20_000);

    expect(refused(calls)).toEqual([]);
  });
});
