import { describe, expect, it } from 'vitest';

import { apiError } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { answers, fails } from '../fake-endpoint.ts';
import { pass, useFakeTime } from '../fake-time.ts';

useFakeTime();

const refused = fails(apiError(401, { error: { code: 'invalid_api_key' } }));

describe('an endpoint whose key is refused', () => {
  it('is out for ten minutes when it has never served', async () => {
    const { balanced, askTimes } = buildRing([refused, answers()]);

    await askTimes(1);

    expect(balanced.status().endpoints[0]).toMatchObject({ state: 'open', cooldownMs: 600_000 });
  });

  it('loses the deployment alone, for seconds, when it has served with that key', async () => {
    const { balanced, endpoints, askTimes, status } = buildRing([answers(), answers()]);
    await askTimes(1);

    endpoints[0].behaveOnce(refused);
    await askTimes(1);

    expect(balanced.status().endpoints[0]?.state).toBe('closed');
    expect(status()?.state).toBe('open');
    expect(status()?.cooldownMs).toBeLessThanOrEqual(5_000);
    await pass(5_000);
    await askTimes(1);
    expect(status()?.state).toBe('closed');
  });

  it('is out for longer each time that a probe is refused, and never for longer than ten minutes', async () => {
    const { endpoints, askTimes, status } = buildRing([answers(), answers()]);
    await askTimes(1);
    endpoints[0].behave(refused);

    const cooldowns: number[] = [];
    for (let refusal = 0; refusal < 9; refusal += 1) {
      await askTimes(1);
      cooldowns.push(status()?.cooldownMs ?? 0);
      await pass(cooldowns.at(-1) ?? 0);
    }

    expect(cooldowns.slice(0, 6)).toEqual(cooldowns.slice(0, 6).toSorted((one, other) => one - other));
    expect(cooldowns[1]).toBeGreaterThan(2 * (cooldowns[0] ?? 0));
    expect(Math.max(...cooldowns)).toBeLessThanOrEqual(600_000);
    expect(cooldowns.at(-1)).toBeGreaterThan(550_000);
  });

  it('is out for one cooldown when many calls are refused at once', async () => {
    const { endpoints, askTimes, status } = buildRing([answers(), answers()]);
    await askTimes(1);

    endpoints[0].behave(refused);
    await askTimes(20);

    expect(status()?.cooldownMs).toBeLessThanOrEqual(5_000);
  });

  it('goes on to serve its other models when the key lacks a scope for one', async () => {
    const { endpoints, balanced, askTimes } = buildRing([answers(), answers()]);
    await askTimes(1, { modelId: 'chat' });
    endpoints[0].behaveOnce(fails(apiError(403)));
    await askTimes(1, { modelId: 'other' });

    await askTimes(1, { modelId: 'chat' });

    expect(endpoints[0].attempts).toHaveLength(3);
    expect(balanced.status().endpoints[0]?.state).toBe('closed');
  });

  it('is out for ten minutes when its account has no money, though it has served', async () => {
    const { endpoints, balanced, askTimes } = buildRing([answers(), answers()]);
    await askTimes(1);

    endpoints[0].behaveOnce(fails(apiError(429, { error: { code: 'insufficient_quota' } })));
    await askTimes(1);

    expect(balanced.status().endpoints[0]).toMatchObject({ state: 'open', cooldownMs: 600_000 });
  });
});
