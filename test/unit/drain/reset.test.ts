import { describe, expect, it, vi } from 'vitest';

import { type BalancedProvider, createBalancedProvider } from '../../../src/index.ts';
import { apiError, rateLimit } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { answers, fails, type HeldAttempt, holds, prompt } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

const dead = fails(apiError(500));

/** Which endpoints are drained, in the order configured. */
const drainedOf = (balanced: BalancedProvider) => balanced.status().endpoints.map(({ isDrained }) => isDrained);

describe('reset()', () => {
  const out = fails(apiError(401));
  const missing = fails(apiError(404, { error: { code: 'DeploymentNotFound' } }));

  it.each([
    ['the cooldown of an endpoint', out],
    ['the cooldown of a deployment', missing],
    ['a rate limit', fails(rateLimit(600))],
    ['a rate limit without a time', fails(apiError(429))],
  ])('of a name ends %s, in the same tick already', async (_, how) => {
    const { endpoints, balanced, ask, askTimes, attempts, status } = buildRing([how, {}]);
    await askTimes(1);
    endpoints[0].behave(answers());

    balanced.reset('e0');
    expect(status()).toMatchObject({ state: 'closed', failures: 0, cooldownMs: 0, rateLimitedMs: 0 });
    expect(balanced.status().endpoints[0]).toMatchObject({ state: 'closed', failures: 0, cooldownMs: 0 });
    ask();
    await happenings();

    expect(attempts()).toEqual([2, 1]);
  });

  it('of a name lets all calls in again, and not one probe', async () => {
    const held: HeldAttempt[] = [];
    const { endpoints, balanced, askTimes } = buildRing([dead, {}], { failureThreshold: 1, cooldownMs: 600_000 });
    await askTimes(1);
    endpoints[0].behave(holds(held));

    balanced.reset('e0');
    await askTimes(10);

    expect(held).toHaveLength(10);
  });

  it('of a name counts failures from zero again', async () => {
    const { balanced, askTimes, status } = buildRing([dead, {}], { failureThreshold: 3 });
    await askTimes(1);
    await askTimes(1);

    balanced.reset('e0');
    await askTimes(1);

    expect(status()).toMatchObject({ state: 'closed', failures: 1 });
  });

  it('of a name starts cooldowns small again', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const { balanced, askTimes } = buildRing([dead, {}], {
      failureThreshold: 1,
      cooldownMs: { initialMs: 1_000, factor: 10, maxMs: 600_000 },
    });
    const cooldowns: number[] = [];
    balanced.on('cooldown', ({ cooldownMs }) => void cooldowns.push(cooldownMs));
    await askTimes(1);
    await pass(1_000);
    await askTimes(1);
    expect(cooldowns).toEqual([1_000, 10_000]);

    balanced.reset('e0');
    await askTimes(1);

    expect(cooldowns).toEqual([1_000, 10_000, 1_000]);
  });

  it('of a name leaves other endpoints as they are', async () => {
    const { balanced, askTimes, attempts } = buildRing([out, out, {}]);
    await askTimes(1);

    balanced.reset('e1');
    await askTimes(1);

    expect(attempts()).toEqual([1, 2, 2]);
  });

  it('without a name is for all endpoints', async () => {
    const { endpoints, balanced, askTimes, attempts } = buildRing([out, fails(rateLimit(600)), {}], {
      loadBalancing: true,
    });
    for (let call = 0; call < 3; call++) await askTimes(1);
    const before = attempts();
    for (const endpoint of endpoints) endpoint.behave(answers());

    balanced.reset();
    await askTimes(9);

    const gained = attempts().map((count, index) => count - (before[index] ?? 0));
    expect(Math.min(...gained)).toBeGreaterThanOrEqual(2);
  });

  it('serves the calls that waited for a rate limit at once', async () => {
    const { endpoints, balanced, ask, askTimes } = buildRing([fails(rateLimit(30))]);
    const first = ask();
    const [second] = await askTimes(1);
    endpoints[0].behave(answers());
    expect([first.state, second?.state]).toEqual(['pending', 'pending']);

    balanced.reset('e0');
    await happenings();

    expect([first.state, second?.state]).toEqual(['fulfilled', 'fulfilled']);
  });

  it('forgets the limits that answers have told', async () => {
    const fetch: typeof globalThis.fetch = async () =>
      Response.json(
        {
          id: 'c',
          object: 'chat.completion',
          created: 1,
          model: 'gpt-4',
          choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
        },
        {
          headers: {
            'x-ratelimit-limit-requests': '60',
            'x-ratelimit-remaining-requests': '0',
            'x-ratelimit-reset-requests': '60s',
          },
        },
      );
    const balanced = createBalancedProvider({
      endpoints: [{ type: 'openai', name: 'main', apiKey: 'any', baseURL: 'https://a.example/v1', fetch }],
    });
    const ask = () => watch(balanced.chat('gpt-4').doGenerate({ prompt }));
    ask();
    await happenings();
    const waiting = ask();
    await pass(100);
    expect(waiting.state).toBe('pending');

    balanced.reset('main');
    await happenings();

    expect(waiting.state).toBe('fulfilled');
  });

  it('does not give back what configured limits have spent', async () => {
    const { balanced, askTimes } = buildRing([{ rpm: 2 }]);
    await askTimes(2);
    const [waiting] = await askTimes(1);

    balanced.reset('e0');
    await pass(1_000);

    expect(waiting?.state).toBe('pending');
  });

  it('keeps the attempts under way, and their place under maxConcurrency', async () => {
    const held: HeldAttempt[] = [];
    const { balanced, askTimes, inFlight } = buildRing([{ does: holds(held), maxConcurrency: 2 }]);
    const calls = await askTimes(3);

    balanced.reset('e0');
    await happenings();
    expect([held.length, inFlight()]).toEqual([2, [2]]);
    for (let turn = 0; turn < 3; turn++) {
      held[turn]?.answer();
      await happenings();
    }

    expect(calls.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    expect(inFlight()).toEqual([0]);
  });

  it('while a probe is under way leaves nothing behind when the probe ends', async () => {
    const held: HeldAttempt[] = [];
    const { endpoints, balanced, askTimes, status } = buildRing([dead, {}], { failureThreshold: 1, cooldownMs: 1_000 });
    await askTimes(1);
    await pass(1_000);
    endpoints[0].behave(holds(held));
    await askTimes(1);
    expect(status()?.state).toBe('half-open');

    balanced.reset('e0');
    await askTimes(2);
    expect(held).toHaveLength(3);
    for (const attempt of held) attempt.answer();
    await happenings();

    expect(status()).toMatchObject({ state: 'closed', failures: 0, inFlight: 0 });
  });

  it('undoes no drain, with a name and without', async () => {
    const { balanced, askTimes, attempts } = buildRing([{}, {}]);
    void balanced.drain('e0');

    balanced.reset('e0');
    balanced.reset();
    await askTimes(3);

    expect(drainedOf(balanced)).toEqual([true, false]);
    expect(attempts()).toEqual([0, 3]);
  });

  it('of a drained endpoint takes effect when it is resumed', async () => {
    const { endpoints, balanced, askTimes, attempts } = buildRing([out, {}]);
    await askTimes(1);
    endpoints[0].behave(answers());
    void balanced.drain('e0');

    balanced.reset('e0');
    balanced.resume('e0');
    await askTimes(1);

    expect(attempts()).toEqual([2, 1]);
  });

  it('keeps the promise of a drain pending until what is under way has ended', async () => {
    const held: HeldAttempt[] = [];
    const { balanced, askTimes } = buildRing([holds(held), {}]);
    await askTimes(1);
    const drained = watch(balanced.drain('e0'));

    balanced.reset('e0');
    await happenings();
    expect(drained.state).toBe('pending');
    held[0]?.answer();
    await happenings();

    expect(drained.state).toBe('fulfilled');
  });
});
