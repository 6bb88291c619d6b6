/** What services send, and what comes of it only once there have been other calls, or when the call is large. */
import { generateText } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { status } from '../../support/behaviour.ts';
import { startServices } from '../../support/start-services.ts';
import { openAI } from './endpoints.ts';
import { error, withJson } from './wire/row.ts';

/** Two endpoints, of which the first is always asked first. */
async function startRing() {
  const [first, second] = await startServices('first', 'second');
  const balanced = createBalancedProvider({ endpoints: [openAI(first), openAI(second)], loadBalancing: false });
  const attempts: string[] = [];
  balanced.on('attempt', (attempt) => void attempts.push(`${attempt.endpoint} ${attempt.class}`));
  const ask = (prompt = 'Who are you?') =>
    generateText({ model: balanced.chat('gpt-4'), prompt, maxRetries: 0 }).catch((thrown: unknown) => thrown);
  const deployment = () => balanced.status().endpoints[0]?.deployments[0];
  return { first, balanced, attempts, ask, deployment };
}

const tooLarge = withJson(429, error({ type: 'tokens', param: null, code: 'rate_limit_exceeded' }), {
  'x-ratelimit-limit-tokens': '30000',
  'x-ratelimit-remaining-tokens': '29900',
});

describe('a call of 40,000 tokens where 30,000 a minute are allowed', () => {
  it('goes to the next endpoint, and the one that it met serves the next small call', async () => {
    const { first, attempts, ask, deployment } = await startRing();
    first.behaveOnce(tooLarge);
    await ask('word '.repeat(40_000));
    expect(deployment()).toMatchObject({ state: 'closed', rateLimitedMs: 0 });

    await ask();

    expect(attempts).toEqual(['first rate-limited', 'second success', 'first success']);
  });
});

describe('a call that is larger than the limit of every endpoint', () => {
  it('ends with an error that says so', async () => {
    const [alone] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: [openAI(alone)] });
    alone.behave(tooLarge);

    const prompt = 'word '.repeat(40_000);
    const failure = await generateText({ model: balanced.chat('gpt-4'), prompt }).catch((thrown: unknown) => thrown);

    expect(failure).toMatchObject({ statusCode: 413, tooLarge: { tokensPerMinute: 30_000 } });
    expect(alone.requests).toHaveLength(1);
  });
});

describe('the only endpoint, which has served and refuses its key once,', () => {
  it('is asked again, and serves the call that it has refused', async () => {
    const [alone] = await startServices('alone');
    const balanced = createBalancedProvider({
      endpoints: [openAI(alone)],
      retry: { minDelayMs: 10 },
      cooldownMs: 50,
    });
    const ask = () => generateText({ model: balanced.chat('gpt-4'), prompt: 'Hi', maxRetries: 0 });
    await ask();
    alone.behaveOnce(withJson(401, error({ code: 'invalid_api_key' })));

    await ask();

    expect(alone.requests).toHaveLength(3);
  });
});

describe('an endpoint that has served, and refuses its key once,', () => {
  it('is out with that deployment alone, and for seconds', async () => {
    const { first, balanced, attempts, ask, deployment } = await startRing();
    await ask();
    first.behaveOnce(withJson(401, error({ code: 'invalid_api_key' })));

    await ask();

    expect(attempts).toEqual(['first success', 'first misconfigured', 'second success']);
    expect(balanced.status().endpoints[0]?.state).toBe('closed');
    expect(deployment()).toMatchObject({ state: 'open' });
    expect(deployment()?.cooldownMs).toBeLessThanOrEqual(5_000);
  });
});

describe('an endpoint that rejects what the other one answers', () => {
  it('is found out at its third rejection, and each later call is answered', async () => {
    const { first, attempts, ask } = await startRing();
    first.behave(withJson(400, error({ code: 'unsupported_value', param: 'stream' })));

    const results = [];
    for (let call = 0; call < 4; call += 1) results.push(await ask());

    expect(results.map((result) => result instanceof Error)).toEqual([true, true, false, false]);
    expect(attempts.slice(0, 4)).toEqual(['first rejected', 'first rejected', 'first rejected', 'second success']);
  });
});

describe('a limit that names a time', () => {
  it.each([
    ['retry-after-ms', '45', 45],
    ['retry-after', '1', 1_000],
  ])('keeps a deployment out for that time and no longer: %s of %s', async (header, value, waitMs) => {
    const { first, attempts, ask, deployment } = await startRing();
    first.behaveOnce(status(429, { headers: { [header]: value } }));

    await ask();

    expect(attempts).toEqual(['first rate-limited', 'second success']);
    expect(deployment()?.rateLimitedMs).toBeLessThanOrEqual(waitMs);
    expect(deployment()?.state).toBe('closed');
  });
});
