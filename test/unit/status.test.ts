import { describe, expect, it, vi } from 'vitest';

import { createBalancedProvider } from '../../src/index.ts';
import { apiError, rateLimit } from './api-error.ts';
import { buildRing } from './build-ring.ts';
import { fails, FakeEndpoint, type HeldAttempt, holds } from './fake-endpoint.ts';
import { happenings, pass, useFakeTime } from './fake-time.ts';

useFakeTime();

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every((member) => isDeeplyFrozen(member));
}

describe('status()', () => {
  it('shows every endpoint as it was configured, before any call', () => {
    const balanced = createBalancedProvider({
      endpoints: [
        new FakeEndpoint('claude').settings({ weight: 3, priority: 1 }),
        { type: 'openai', name: 'main', apiKey: 'sk-1' },
      ],
    });

    const healthy = {
      state: 'closed',
      failures: 0,
      cooldownMs: 0,
      isSkipped: false,
      isDrained: false,
      deployments: [],
    };
    expect(balanced.status()).toEqual({
      api: 'chat',
      endpoints: [
        { name: 'claude', weight: 3, priority: 1, ...healthy },
        { name: 'main', weight: 1, priority: 0, ...healthy },
      ],
    });
  });

  it('shows what is under way, what failed and what is limited', async () => {
    const held: HeldAttempt[] = [];
    const { balanced, askTimes } = buildRing(
      [fails(apiError(500)), fails(rateLimit(30)), { does: holds(held), deployments: { m: 'busy-m' } }],
      { failureThreshold: 2, cooldownMs: 10_000 },
    );
    await askTimes(3);
    await pass(4_000);

    const deployments = balanced.status().endpoints.map((endpoint) => endpoint.deployments[0]);

    expect(deployments).toEqual([
      {
        deployment: 'm',
        kind: 'language',
        inFlight: 0,
        state: 'open',
        failures: 3,
        cooldownMs: 6_000,
        rateLimitedMs: 0,
      },
      {
        deployment: 'm',
        kind: 'language',
        inFlight: 0,
        state: 'closed',
        failures: 0,
        cooldownMs: 0,
        rateLimitedMs: 26_000,
      },
      {
        deployment: 'busy-m',
        kind: 'language',
        inFlight: 3,
        state: 'closed',
        failures: 0,
        cooldownMs: 0,
        rateLimitedMs: 0,
      },
    ]);
    for (const attempt of held) attempt.answer();
    await happenings();
    expect(balanced.status().endpoints[2]?.deployments[0]?.inFlight).toBe(0);
  });

  it('shows a probe that is under way', async () => {
    const { endpoints, ask, askTimes, status } = buildRing([fails(apiError(500))], {
      failureThreshold: 1,
      cooldownMs: 1_000,
      retry: { rounds: 1 },
    });
    ask();
    await pass(1_000);
    endpoints[0].behave(holds([]));

    await askTimes(1);

    expect(status()).toMatchObject({ state: 'half-open', inFlight: 1 });
  });

  it('is a snapshot that cannot be changed, and does not change', async () => {
    const { endpoints, balanced, askTimes } = buildRing([{}]);
    await askTimes(1);
    endpoints[0].behave(holds([]));

    const before = balanced.status();
    const text = JSON.stringify(before);
    await askTimes(1);

    expect(isDeeplyFrozen(before)).toBe(true);
    expect(JSON.stringify(before)).toBe(text);
    expect(balanced.status().endpoints[0]?.deployments[0]?.inFlight).toBe(1);
  });

  it('holds no key, header or URL', () => {
    vi.stubEnv('KEY_OF_STATUS', 'sk-secret-4');
    const balanced = createBalancedProvider({
      endpoints: [
        {
          type: 'openai',
          apiKey: 'sk-secret-1',
          baseURL: 'https://gateway.example/secret-3',
          headers: { 'x-team': 'secret-5' },
        },
        { type: 'azure', resourceName: 'east', apiKeyEnv: 'KEY_OF_STATUS' },
      ],
    });
    balanced.chat('gpt-4');

    expect(JSON.stringify(balanced.status())).not.toMatch(/secret|https:/);
    vi.unstubAllEnvs();
  });
});
