import { describe, expect, it } from 'vitest';

import { createBalancedProvider, type InvalidSettingsError } from '../../../src/index.ts';
import { rateLimit } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { answers, type Behaviour, fails, hangs } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { thrownBy } from '../outcome.ts';

useFakeTime();

const group = { quotaGroup: 'sub-1/eastus' };
const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

/** Answers that state what is left of a limit of 600 requests a minute. */
const stating = (remaining: number): Behaviour => {
  const well = answers();
  const headers = {
    'x-ratelimit-limit-requests': '600',
    'x-ratelimit-remaining-requests': String(remaining),
  };
  return {
    stream: (attempt) => well.stream(attempt),
    generate: async (attempt) => ({ ...(await well.generate(attempt)), response: { headers } }),
  };
};

describe('the endpoints of a quotaGroup', () => {
  it.each([
    ['rpm of one of them', { rpm: 6 }, {}],
    ['limits of a model at one of them', {}, { deployments: { m: { name: 'there', rpm: 6 } } }],
    ['the same limits at both', { rpm: 6 }, { rpm: 6 }],
  ])('share %s', async (_, one, other) => {
    const { askTimes, attempts } = buildRing(
      [
        { ...group, ...one },
        { ...group, ...other },
      ],
      { loadBalancing: true },
    );

    await askTimes(10);

    expect(sum(attempts())).toBe(6);
    expect(Math.min(...attempts())).toBe(3);
  });

  it('share what answers tell of a limit', async () => {
    const { ask, askTimes, attempts, endpoints } = buildRing([group, group], { loadBalancing: true });
    endpoints[0].behaveOnce(stating(5));
    ask();
    await happenings();

    await askTimes(20);

    expect(sum(attempts())).toBe(6);
  });

  it('have a maxConcurrency of their own', async () => {
    const { askTimes, attempts } = buildRing([
      { ...group, maxConcurrency: 2, does: hangs() },
      { ...group, does: hangs() },
    ]);

    await askTimes(5);

    expect(attempts()).toEqual([2, 3]);
  });

  it('are rate limited together, and another endpoint is not', async () => {
    const { ask, balanced, attempts } = buildRing([{ ...group, does: fails(rateLimit(5)) }, group, { priority: 1 }]);
    const limited: unknown[] = [];
    balanced.on('rateLimited', ({ endpoint }) => limited.push(endpoint));

    ask();
    await happenings();
    ask();
    await happenings();
    expect(attempts()).toEqual([1, 0, 2]);
    expect(limited).toEqual(['e0', 'e1']);

    await pass(5_000);
    ask();
    await happenings();
    expect(attempts()).toEqual([2, 0, 3]);
  });

  it('are not counted twice when it is worked out how long a call would have to wait', async () => {
    const { askTimes } = buildRing([{ ...group, rpm: 60 }, group], { maxWaitMs: 10_000 });
    await askTimes(60);

    const calls = await askTimes(12);

    expect(calls.filter(({ state }) => state === 'rejected')).toHaveLength(2);
  });
});

it('limits of a quotaGroup that are said in two ways are refused', () => {
  const thrown = thrownBy(() =>
    createBalancedProvider({
      endpoints: [
        { type: 'openai', apiKey: 'a', ...group, rpm: 60, deployments: { m: { name: 'm', tpm: 1_000 } } },
        { type: 'openai', apiKey: 'b', ...group, rpm: 90, deployments: { m: { name: 'n', tpm: 2_000 } } },
        { type: 'azure', resourceName: 'c', apiKey: 'c', ...group },
        { type: 'openai', apiKey: 'd', rpm: 90 },
      ],
    }),
  );

  expect((thrown as InvalidSettingsError).problems).toEqual([
    { path: 'endpoints[1].rpm', message: 'is another one than endpoints[0].rpm, which is of the same quotaGroup' },
    {
      path: 'endpoints[1].deployments.m.tpm',
      message: 'is another one than endpoints[0].deployments.m.tpm, which is of the same quotaGroup',
    },
    { path: 'endpoints[2].type', message: 'is another one than endpoints[0].type, which is of the same quotaGroup' },
  ]);
});
