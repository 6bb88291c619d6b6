import { describe, expect, it, vi } from 'vitest';

import { createBalancedProvider } from '../../src/index.ts';
import { apiError, rateLimit } from './api-error.ts';
import { buildRing } from './build-ring.ts';
import { answers, fails, FakeEndpoint, type HeldAttempt, holds, prompt } from './fake-endpoint.ts';
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
      closedGates: [],
      isSkipped: false,
      isDrained: false,
      deployments: [],
    };
    expect(balanced.status()).toEqual({
      api: 'chat',
      state: 'local',
      endpoints: [
        { name: 'claude', weight: 3, priority: 1, ...healthy },
        { name: 'main', weight: 1, priority: 0, ...healthy },
      ],
      rings: [],
      waiting: [],
    });
  });

  it('shows what is under way, what failed and what is limited', async () => {
    const held: HeldAttempt[] = [];
    const { balanced, askTimes } = buildRing(
      [fails(apiError(500)), fails(rateLimit(30)), { does: holds(held), deployments: { m: 'busy-m' } }],
      { failureThreshold: 2, cooldownMs: 10_000 },
    );
    const startedAt = Date.now();
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
        closedGates: [
          { reason: 'cooldown', since: startedAt, until: startedAt + 10_000, class: 'retryable', statusCode: 500 },
        ],
        rateLimitedMs: 0,
      },
      {
        deployment: 'm',
        kind: 'language',
        inFlight: 0,
        state: 'closed',
        failures: 0,
        cooldownMs: 0,
        closedGates: [
          { reason: 'rate-limit', since: startedAt, until: startedAt + 30_000, class: 'rate-limited', statusCode: 429 },
        ],
        rateLimitedMs: 26_000,
      },
      {
        deployment: 'busy-m',
        kind: 'language',
        inFlight: 3,
        state: 'closed',
        failures: 0,
        cooldownMs: 0,
        closedGates: [],
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

  it('says of each gate that is closed why, since when and until when, where that is known', async () => {
    const balanced = createBalancedProvider({
      endpoints: [
        new FakeEndpoint('drained').settings(),
        new FakeEndpoint('refused', fails(apiError(401))).settings(),
        new FakeEndpoint('full', holds([])).settings({ maxConcurrency: 1 }),
        new FakeEndpoint('spent', answers()).settings({ rpm: 1 }),
        { type: 'openai', name: 'keyless', apiKeyEnv: 'NO_SUCH_KEY' },
      ],
      api: 'chat',
      loadBalancing: false,
      onMissingCredentials: 'skip',
    });
    const at = Date.now();
    void balanced.drain('drained');
    await pass(1_000);
    for (let call = 0; call < 3; call++) {
      void Promise.resolve(balanced('m').doGenerate({ prompt })).catch(() => undefined);
      await happenings();
    }
    await pass(1_000);

    const { endpoints, rings, waiting } = balanced.status();

    const ofEndpoints = endpoints.map(({ name, closedGates }) => [name, closedGates]);
    const ofDeployments = endpoints.map(({ deployments }) => deployments.flatMap(({ closedGates }) => closedGates));
    const since = at + 1_000;
    expect(ofEndpoints).toEqual([
      ['drained', [{ reason: 'drained', since: at }]],
      ['refused', [{ reason: 'cooldown', since, until: since + 600_000, class: 'misconfigured', statusCode: 401 }]],
      ['full', []],
      ['spent', [{ reason: 'limits', since, until: expect.closeTo(since + 60_000, -3) }]],
      ['keyless', [{ reason: 'skipped', since }]],
    ]);
    expect(ofDeployments).toEqual([[], [], [{ reason: 'maxConcurrency', since }], [], []]);
    expect(endpoints[3]).toMatchObject({ requests: { used: 1, limit: 1 } });
    expect(rings).toEqual([{ modelId: 'm', kind: 'chat', isOut: false }]);
    expect(waiting).toEqual([{ modelId: 'm', urgency: 'interactive', calls: 1 }]);
  });

  it('shows requests and tokens that are used of limits which a service has stated', async () => {
    const headers = {
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '49',
      'x-ratelimit-limit-tokens': '6000',
      'x-ratelimit-remaining-tokens': '3000',
    };
    const { askTimes, status } = buildRing([
      {
        ...answers(),
        generate: async (attempt) => ({ ...(await answers().generate(attempt)), response: { headers } }),
      },
    ]);
    await askTimes(1);

    expect(status()).toMatchObject({ requests: { used: 11, limit: 60 }, tokens: { used: 3_000, limit: 6_000 } });
    await pass(10_000);
    expect(status()).toMatchObject({ requests: { used: 1, limit: 60 } });
  });

  it('tells a ring that is out from one that is at its limits', async () => {
    const out = buildRing([fails(apiError(401)), {}]);
    const limited = buildRing([fails(rateLimit(30))]);
    await Promise.all([out.askTimes(1), limited.askTimes(1)]);
    expect(out.balanced.status().rings).toMatchObject([{ isOut: false }]);
    void out.balanced.drain('e1');

    expect(out.balanced.status().rings).toMatchObject([{ isOut: true }]);
    expect(limited.balanced.status().rings).toMatchObject([{ isOut: false }]);
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
