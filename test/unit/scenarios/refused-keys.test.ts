import { describe, expect, it } from 'vitest';

import { apiError } from '../api-error.ts';
import { buildRing, type Ring } from '../build-ring.ts';
import { answers, type Behaviour, fails } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';

useFakeTime();

const refused = fails(apiError(401, { error: { code: 'invalid_api_key' } }));
const spent = fails(apiError(403, { headers: { 'retry-after': '2' } }));

/** Refuses every so many. */
function refusesOneIn(count: number): Behaviour {
  let asked = 0;
  return {
    ...answers(),
    generate: (attempt) => {
      asked += 1;
      return (asked % count === 0 ? refused : answers()).generate(attempt);
    },
  };
}

/** Twenty calls a second for so many seconds. */
async function play({ ask }: Ring, seconds: number) {
  const calls: ReturnType<Ring['ask']>[] = [];
  for (let index = 0; index < seconds * 20; index += 1) {
    calls.push(ask());
    await happenings();
    await pass(50);
  }
  return calls;
}

describe('an endpoint that refuses one call in 200 while its token is renewed', () => {
  it('keeps at least a third of the calls of two, and no call fails', async () => {
    const ring = buildRing([refusesOneIn(200), answers()], { loadBalancing: true });

    const calls = await play(ring, 120);

    expect(calls.every(({ state }) => state === 'fulfilled')).toBe(true);
    expect(ring.attempts()[0]).toBeGreaterThan(calls.length / 3);
  });

  it('loses no call when it is alone: they wait for a second or so, those that it has refused as well', async () => {
    const ring = buildRing([refusesOneIn(200)]);
    const begun = performance.now();

    const calls = await play(ring, 60);
    await pass(10_000);

    expect(calls.every(({ state }) => state === 'fulfilled')).toBe(true);
    const waits = calls.map(({ settledAt = Infinity }, index) => settledAt - begun - index * 50);
    expect(Math.max(...waits)).toBeLessThan(2_000);
  });
});

describe('an endpoint whose quota is spent, by a 403 that names two seconds,', () => {
  it('is out for two seconds, and no longer', async () => {
    const ring = buildRing([answers(), answers()]);
    await ring.askTimes(1);
    ring.endpoints[0].behaveOnce(spent);
    await ring.askTimes(1);

    await pass(1_999);
    await ring.askTimes(5);
    expect(ring.attempts()[0]).toBe(2);
    await pass(1);
    await ring.askTimes(5);

    expect(ring.attempts()[0]).toBeGreaterThan(2);
  });
});

describe('the only endpoint left, whose key is refused for three seconds,', () => {
  it('is asked once a second by the calls that wait for it, and then serves them', async () => {
    const ring = buildRing([answers()]);
    await ring.askTimes(1);
    ring.endpoints[0].behave(refused);
    await ring.askTimes(1);

    const calls = await ring.askTimes(50);
    await pass(2_900);
    expect(ring.attempts()[0]).toBe(4);
    ring.endpoints[0].behave(answers());
    await pass(2_000);

    expect(calls.map(({ state }) => state)).toEqual(calls.map(() => 'fulfilled'));
  });
});

describe('the only endpoint left, whose key was revoked,', () => {
  it('is asked once more by a call, after a second, and the call ends with its refusal', async () => {
    const ring = buildRing([answers()]);
    await ring.askTimes(1);
    ring.endpoints[0].behave(refused);
    const begun = performance.now();

    const call = ring.ask();
    await pass(2_000);

    expect(call.state).toBe('rejected');
    expect((call.settledAt ?? 0) - begun).toBeLessThan(1_500);
    expect(String(call.error)).toContain('e0: misconfigured 401 invalid_api_key ×2');
    expect(ring.attempts()[0]).toBe(3);
  });

  it('is not asked again by a call that it has refused, when it has never served', async () => {
    const ring = buildRing([refused]);

    const call = ring.ask();
    await happenings();

    expect(call.state).toBe('rejected');
    expect(ring.attempts()[0]).toBe(1);
  });
});

describe('endpoints that all refuse, while twenty calls a second come in,', () => {
  const unpaid = fails(apiError(429, { error: { code: 'insufficient_quota' } }));
  const down = fails(apiError(503));
  const waitsOf = (calls: Awaited<ReturnType<typeof play>>, begun: number) =>
    calls.map(({ settledAt = Infinity }, index) => settledAt - begun - index * 50);

  it.each([
    ['whose keys have worked', refused, true],
    ['whose keys have never worked', refused, false],
    ['whose accounts have no money left', unpaid, true],
  ])('%s, let no call wait for longer than seconds, and are asked once a second', async (_, refusing, haveServed) => {
    const ring = buildRing([answers(), answers()]);
    if (haveServed) await ring.askTimes(1);
    for (const endpoint of ring.endpoints) endpoint.behave(refusing);
    const begun = performance.now();

    const calls = await play(ring, 60);

    expect(calls.every(({ state }) => state === 'rejected')).toBe(true);
    expect(Math.max(...waitsOf(calls, begun))).toBeLessThan(6_000);
    const [first, second] = ring.attempts();
    expect((first ?? 0) + (second ?? 0)).toBeLessThan(80);
    expect(String(calls.at(-1)?.error)).toMatch(
      /check their keys \(apiKey, tokenProvider\), deployments and billing .*out for \d+ s after/,
    );
  });

  it('serve the calls that wait when they are mended within seconds', async () => {
    const ring = buildRing([refused]);
    await ring.askTimes(1);

    const calls = await play(ring, 4);
    ring.endpoints[0].behave(answers());
    await pass(1_100);

    // Each second one of them was the probe.
    expect(calls.filter(({ state }) => state === 'rejected')).toHaveLength(3);
    expect(calls.filter(({ state }) => state === 'fulfilled')).toHaveLength(calls.length - 3);
  });

  it('serve again within a second of their mending, however late that is', async () => {
    const ring = buildRing([refused]);
    await play(ring, 120);
    ring.endpoints[0].behave(answers());

    await play(ring, 1);
    const calls = await play(ring, 1);

    expect(calls.every(({ state }) => state === 'fulfilled')).toBe(true);
  });

  it('are waited for where one of them is only down', async () => {
    const ring = buildRing([refused, down], { failureThreshold: 1 });
    await play(ring, 10);
    ring.endpoints[1].behave(answers());

    const calls = await play(ring, 2);

    expect(calls.every(({ state }) => state === 'fulfilled')).toBe(true);
  });
});
