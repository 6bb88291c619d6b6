import { describe, expect, it, vi } from 'vitest';

import { createBalancedProvider } from '../../src/index.ts';
import { apiError, rateLimit } from './api-error.ts';
import { fails, FakeEndpoint, type HeldAttempt, holds, prompt } from './fake-endpoint.ts';
import { happenings, pass, useFakeTime } from './fake-time.ts';
import { watch } from './outcome.ts';

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

    const healthy = { state: 'closed', failures: 0, cooldownMs: 0, isSkipped: false, deployments: [] };
    expect(balanced.status()).toEqual({
      api: 'chat',
      endpoints: [
        { name: 'claude', weight: 3, priority: 1, ...healthy },
        { name: 'main', weight: 1, priority: 0, ...healthy },
      ],
    });
  });

  it('shows what is under way, what failed and what is limited', async () => {
    const [busy, failing, limited] = ['busy', 'failing', 'limited'].map((name) => new FakeEndpoint(name)) as [
      FakeEndpoint,
      FakeEndpoint,
      FakeEndpoint,
    ];
    const held: HeldAttempt[] = [];
    failing.behave(fails(apiError(500)));
    limited.behave(fails(rateLimit(30)));
    busy.behave(holds(held));
    const balanced = createBalancedProvider({
      endpoints: [failing.settings(), limited.settings(), busy.settings({ deployments: { m: 'busy-m' } })],
      loadBalancing: false,
      failureThreshold: 2,
      cooldownMs: 10_000,
    });
    for (let call = 0; call < 3; call++) watch(balanced('m').doGenerate({ prompt }));
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
    const endpoint = new FakeEndpoint('only', fails(apiError(500)));
    const balanced = createBalancedProvider({
      endpoints: [endpoint.settings()],
      failureThreshold: 1,
      cooldownMs: 1_000,
      retry: { rounds: 1 },
    });
    watch(balanced('m').doGenerate({ prompt }));
    await pass(1_000);
    const held: HeldAttempt[] = [];
    endpoint.behave(holds(held));

    watch(balanced('m').doGenerate({ prompt }));
    await happenings();

    expect(balanced.status().endpoints[0]?.deployments[0]).toMatchObject({ state: 'half-open', inFlight: 1 });
  });

  it('is a snapshot that cannot be changed, and does not change', async () => {
    const endpoint = new FakeEndpoint('only');
    const balanced = createBalancedProvider({ endpoints: [endpoint.settings()] });
    await balanced('m').doGenerate({ prompt });
    const held: HeldAttempt[] = [];
    endpoint.behave(holds(held));

    const before = balanced.status();
    const text = JSON.stringify(before);
    watch(balanced('m').doGenerate({ prompt }));
    await happenings();

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
