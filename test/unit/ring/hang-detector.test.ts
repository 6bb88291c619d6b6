import { describe, expect, it } from 'vitest';

import type { BalancedProviderSettings } from '../../../src/index.ts';
import { apiError, rateLimit } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { after, answers, type Behaviour, fails, type FakeEndpoint, hangs } from '../fake-endpoint.ts';
import { pass, useFakeTime } from '../fake-time.ts';
import type { Outcome } from '../outcome.ts';

useFakeTime();

/** Deployments that take turns, and calls of them every 50 ms. */
function ringOf(size: number, settings: Partial<BalancedProviderSettings>) {
  const { endpoints, balanced, ask } = buildRing(
    Array.from({ length: size }, () => ({})),
    { loadBalancing: true, cooldownMs: 600_000, ...settings },
  );
  const [cooldowns, hedges]: [string[], string[]] = [[], []];
  balanced.on('cooldown', ({ endpoint }) => void cooldowns.push(endpoint));
  balanced.on('hedge', ({ from }) => void hedges.push(from));
  const behave = (behaviour: Behaviour) => {
    for (const endpoint of endpoints) endpoint.behave(behaviour);
  };
  const callTimes = async (count: number) => {
    const calls: Outcome<unknown>[] = [];
    for (let call = 0; call < count; call++) {
      calls.push(ask());
      await pass(50);
    }
    return calls;
  };
  return { endpoints: endpoints as [FakeEndpoint, ...FakeEndpoint[]], behave, cooldowns, hedges, callTimes };
}

/** So little that there is never enough for one. */
const NEXT_TO_NOTHING = 1e-9;

describe('a deployment that hangs while the others answer in time', () => {
  it('is taken out at failureThreshold overdue attempts in a row, although nothing may be hedged', async () => {
    const { endpoints, behave, cooldowns, callTimes } = ringOf(3, {
      failureThreshold: 3,
      hedge: { afterMs: 1_000, maxExtra: NEXT_TO_NOTHING },
    });
    behave(after(100, answers()));
    await callTimes(30);

    endpoints[0].behave(hangs());
    // Its attempts begin 150 ms apart: three of them are overdue when its turn comes for the ninth time or so.
    await callTimes(33);

    expect(cooldowns).toEqual(['e0']);
  });

  it('is taken out when the hedge budget has been used up before', async () => {
    const { endpoints, behave, cooldowns, hedges, callTimes } = ringOf(3, {
      failureThreshold: 3,
      hedge: { afterMs: 1_000, maxExtra: 0.01 },
    });
    behave(after(100, answers()));
    await callTimes(99);
    endpoints[1]?.behaveOnce(after(2_000, answers()));
    await callTimes(3);
    await pass(2_000);
    expect(hedges).toEqual(['e1']);

    endpoints[0].behave(hangs());
    await callTimes(40);

    expect(hedges).toEqual(['e1']);
    expect(cooldowns).toEqual(['e0']);
  });

  it('keeps none of the calls that were sent to it', async () => {
    const { endpoints, behave, callTimes } = ringOf(3, {
      failureThreshold: 3,
      hedge: { afterMs: 1_000, maxExtra: NEXT_TO_NOTHING },
    });
    behave(after(100, answers()));
    await callTimes(30);

    endpoints[0].behave(hangs());
    const calls = await callTimes(60);
    await pass(1_000);

    expect(calls.filter(({ state }) => state !== 'fulfilled')).toEqual([]);
  });
});

describe('no deployment is taken out for its silence', () => {
  it.each([
    ['after a time that is set', { afterMs: 1_000 }],
    ['after a time that is learned', true],
  ])('when all deployments become three times as slow at once: hedged %s', async (_, hedge) => {
    const { behave, cooldowns, callTimes } = ringOf(4, { failureThreshold: 3, hedge });
    behave(after(700, answers()));
    await callTimes(100);

    behave(after(2_100, answers()));
    await callTimes(300);

    expect(cooldowns).toEqual([]);
  });

  it('when all deployments hang at once', async () => {
    const { behave, cooldowns, callTimes } = ringOf(4, { failureThreshold: 3, hedge: { afterMs: 1_000 } });
    behave(after(100, answers()));
    await callTimes(100);

    behave(hangs());
    await callTimes(100);

    expect(cooldowns).toEqual([]);
  });

  it('when it is the only one of its ring', async () => {
    const { behave, cooldowns, callTimes } = ringOf(1, { failureThreshold: 3, hedge: { afterMs: 1_000 } });
    behave(after(100, answers()));
    await callTimes(100);

    behave(hangs());
    await callTimes(100);

    expect(cooldowns).toEqual([]);
  });

  it('when half of the attempts at the others are overdue as well', async () => {
    const { endpoints, cooldowns, callTimes } = ringOf(3, {
      failureThreshold: 3,
      hedge: { afterMs: 1_000, maxExtra: NEXT_TO_NOTHING },
    });
    const turns = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? after(100, answers()) : hangs()));
    const [hanging, ...others] = endpoints;
    hanging.behaveOnce(...turns.slice(0, 40));
    hanging.behave(hangs());
    for (const other of others) other.behaveOnce(...turns);

    await callTimes(250);

    expect(cooldowns).toEqual([]);
  });

  it('when it was overdue less often than failureThreshold', async () => {
    const { endpoints, behave, cooldowns, callTimes } = ringOf(3, {
      failureThreshold: 3,
      hedge: { afterMs: 1_000, maxExtra: NEXT_TO_NOTHING },
    });
    behave(after(100, answers()));

    // It is asked no more after these.
    endpoints[0].behaveOnce(hangs(), hangs(), fails(rateLimit(60)));
    await callTimes(60);

    expect(cooldowns).toEqual([]);
  });

  it('when it has answered in between', async () => {
    const { endpoints, behave, cooldowns, callTimes } = ringOf(2, {
      failureThreshold: 3,
      hedge: { afterMs: 1_000, maxExtra: NEXT_TO_NOTHING },
    });
    behave(after(100, answers()));

    for (const _ of [1, 2, 3, 4]) {
      endpoints[0].behaveOnce(hangs(), hangs());
      await callTimes(30);
    }

    expect(cooldowns).toEqual([]);
  });
});

describe('without any setting', () => {
  const untilOverdue = async (detectHangs: boolean | undefined) => {
    const { endpoints, behave, cooldowns, callTimes } = ringOf(4, { detectHangs });
    behave(after(100, answers()));
    await callTimes(60);
    endpoints[2]?.behave(hangs());
    await callTimes(120);
    return { cooldowns, attempts: endpoints[2]?.attempts.length };
  };

  it('a deployment that hangs is taken out', async () => {
    expect((await untilOverdue(undefined)).cooldowns).toEqual(['e2']);
  });

  it('a deployment that hangs is left in with detectHangs: false', async () => {
    expect((await untilOverdue(false)).cooldowns).toEqual([]);
  });
});

it('a probe that hangs is given up for another after a time that is learned', async () => {
  const {
    endpoints: [endpoint],
    ask,
    askTimes,
  } = buildRing([{}], { failureThreshold: 1, cooldownMs: 2_000, retry: { rounds: 1 } });
  for (let call = 0; call < 30; call++) await askTimes(1);
  endpoint.behaveOnce(fails(apiError(500)), hangs());
  ask();
  await pass(0);
  const probe = ask();
  await pass(2_000);
  const next = ask();

  await pass(5_000);

  expect([probe.state, next.state]).toEqual(['pending', 'fulfilled']);
});
