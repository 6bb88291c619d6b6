import { generateText } from 'ai';
import { describe, expect, it } from 'vitest';

import { createBalancedProvider } from '../../src/index.ts';
import { rateLimited, status, type Behaviour } from '../support/behaviour.ts';
import { datedAzure, openAI } from '../support/endpoints.ts';
import { startFailingAndHealthy } from '../support/start-services.ts';

const prompt = 'Who are you?';

/** The time for which a balanced provider keeps a deployment out that answered like this. */
async function keptOutMs(behaviour: Behaviour, endpointOf: typeof openAI | typeof datedAzure = openAI) {
  const [limited, healthy] = await startFailingAndHealthy(behaviour);
  const balanced = createBalancedProvider({
    endpoints: [endpointOf(limited), openAI(healthy)],
    loadBalancing: false,
  });
  const told: number[] = [];
  balanced.on('rateLimited', ({ retryAfterMs }) => void told.push(retryAfterMs));
  for (let call = 0; call < 3; call++) {
    await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });
  }
  expect(limited.requests).toHaveLength(1);
  expect(told).toHaveLength(1);
  return told[0];
}

it('a rate limit is not shortened by a second one that names a shorter time', async () => {
  const [limited, healthy] = await startFailingAndHealthy(status(500));
  limited.behaveOnce(rateLimited(30), rateLimited(1));
  const balanced = createBalancedProvider({
    endpoints: [openAI(limited), openAI(healthy)],
    loadBalancing: false,
  });
  const ask = () => generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });

  await Promise.all([ask(), ask()]);

  expect(limited.requests).toHaveLength(2);
  expect(balanced.status().endpoints[0]?.deployments[0]?.rateLimitedMs).toBeGreaterThan(28_000);
});

it('an account without money gets no more calls, although its error is a 429 that names a short time', async () => {
  const [poor, healthy] = await startFailingAndHealthy(
    status(429, { code: 'insufficient_quota', headers: { 'retry-after-ms': '1' } }),
  );
  const balanced = createBalancedProvider({ endpoints: [openAI(poor), openAI(healthy)] });
  const classes: string[] = [];
  balanced.on('cooldown', (cooldown) => void classes.push(cooldown.class));

  for (let call = 0; call < 10; call++) {
    await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });
  }

  expect(poor.requests).toHaveLength(1);
  expect(classes).toEqual(['quota-exhausted']);
});

describe('a deployment is kept out for the time that it names', () => {
  it('as retry-after in seconds', async () => {
    expect(await keptOutMs(rateLimited(30))).toBeCloseTo(30_000, -3);
  });

  it('as retry-after with a date', async () => {
    const date = new Date(Date.now() + 40_000).toUTCString();

    expect(await keptOutMs(status(429, { headers: { 'retry-after': date } }))).toBeCloseTo(39_500, -4);
  });

  it('as retry-after-ms, which is finer than retry-after', async () => {
    const headers = { 'retry-after-ms': '29100', 'retry-after': '30' };

    expect(await keptOutMs(status(429, { headers }))).toBeCloseTo(29_100, -2);
  });

  it('in the sentence of an Azure error, when no header says it', async () => {
    const body = JSON.stringify({
      error: {
        code: '429',
        message: 'Rate limit is exceeded. Try again in 26 seconds. Please retry after 26 seconds.',
      },
    });

    expect(await keptOutMs(status(429, { body }), datedAzure)).toBeCloseTo(26_000, -3);
  });

  it('with a 503', async () => {
    expect(await keptOutMs(status(503, { headers: { 'retry-after': '20' } }))).toBeCloseTo(20_000, -3);
  });

  it('with a 529', async () => {
    expect(await keptOutMs(status(529, { headers: { 'retry-after': '20' } }))).toBeCloseTo(20_000, -3);
  });

  it('as the time in which its requests are full again', async () => {
    const headers = {
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '14.981s',
      'x-ratelimit-remaining-tokens': '4000',
      'x-ratelimit-reset-tokens': '6m0s',
    };

    expect(await keptOutMs(status(429, { headers }))).toBeCloseTo(14_981, -3);
  });
});
