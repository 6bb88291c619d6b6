/** What every shared state does, in memory and in Redis through each of its clients. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { redisState } from '../../src/redis/redis-state.ts';
import type { Claim, CooldownRule, Move, SharedState } from '../../src/shared-state.ts';
import { MemoryState } from '../support/memory-state.ts';
import { CLIENTS, type ConnectedClient } from './clients.ts';
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts';

let server: RedisServer;
beforeAll(async () => {
  if (hasRedis) server = await startRedis();
});
afterAll(() => server?.kill());

const LEASE_MS = 120;
let places = 0;

/** One process's view of one endpoint. */
class Asker {
  readonly #state: SharedState;
  readonly #place: string;
  #ids = 0;

  constructor(state: SharedState, place = `place${(places += 1)}`) {
    this.#state = state;
    this.#place = place;
  }

  async admit(claims: readonly Claim[], attemptId = `a${(this.#ids += 1)}`) {
    const place = this.#place;
    const admission = await this.#state.admit({ place, processId: 'p1', attemptId, claims });
    const record = (gate: string) => admission.gates.find((each) => each.gate === gate);
    return { ...admission, attemptId, record, closedBy: admission.gates.find((each) => each.closedBy)?.closedBy };
  }

  async admits(...claims: readonly Claim[]): Promise<boolean> {
    return (await this.admit(claims)).isAdmitted;
  }

  async processes(processId: string): Promise<number> {
    return (await this.#state.admit({ place: this.#place, processId, attemptId: 'x', claims: [] })).processes;
  }

  report(attemptId: string, ...moves: readonly Move[]) {
    return this.#state.report({ place: this.#place, attemptId, moves });
  }
}

const pass: Claim = { kind: 'pass', gate: 'b', isProbe: false, needsProbe: true, earlyMs: 20 };
const rule: CooldownRule = { threshold: 2, initialMs: 80, factor: 2, maxMs: 200, isCertain: false };
const ended = (how: Extract<Move, { kind: 'pass' }>['ended'], more: object = {}): Move => ({
  kind: 'pass',
  gate: 'b',
  ended: how,
  ageMs: 0,
  rule,
  cause: '{"class":"retryable"}',
  ...more,
});
const slots = (limit: number): Claim => ({ kind: 'slot', gate: 's', limit });
const slotBack: Move = { kind: 'slot', gate: 's', isRenewed: false };
const budget = (amount: number, perMinute?: number, windowMs?: number): Claim => ({
  kind: 'budget',
  gate: 't',
  amount,
  perMinute,
  windowMs,
});
const settled = (move: Partial<Extract<Move, { kind: 'budget' }>>): Move => ({
  kind: 'budget',
  gate: 't',
  back: 0,
  spentAt: undefined,
  left: undefined,
  remaining: undefined,
  perMinute: undefined,
  windowMs: undefined,
  ...move,
});

const states: readonly (readonly [string, () => Promise<readonly [SharedState, (() => Promise<void>)?]>])[] = [
  ['memory', async () => [new MemoryState(() => performance.timeOrigin + performance.now(), { leaseMs: LEASE_MS })]],
  ...Object.entries(CLIENTS as Record<string, (url: string) => Promise<ConnectedClient>>)
    .filter(() => hasRedis)
    .map(([name, connect]) => {
      const make = async () => {
        const connected = await connect(server.url);
        return [redisState(connected.client, { prefix: name, leaseMs: LEASE_MS }), () => connected.close()] as const;
      };
      return [`redis through ${name}`, make] as const;
    }),
];

describe.each(states)('shared state in %s', (_, make) => {
  let state: SharedState;
  let close: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    [state, close] = await make();
  });
  afterAll(() => close?.());

  describe('a gate with a cooldown', () => {
    it('opens everywhere after failures in a row, wherever they were, for the time of the rule', async () => {
      const asker = new Asker(state);
      await asker.report('a', ended('failed'));
      expect(await asker.admits(pass)).toBe(true);

      const [told] = await asker.report('b', ended('failed'));
      const refused = await asker.admit([pass]);

      expect(told?.opensInMs).toBeGreaterThan(60);
      expect(refused).toMatchObject({ isAdmitted: false, closedBy: 'cooldown' });
      expect(refused.record('b')?.cause).toBe('{"class":"retryable"}');
    });

    it('counts a row anew after an answer, but not after one to what began before the row', async () => {
      const asker = new Asker(state);
      await asker.report('a', ended('failed'));
      await asker.report('b', ended('worked'));
      await asker.report('c', ended('failed'));
      expect(await asker.admits(pass)).toBe(true);

      await asker.report('d', ended('worked', { ageMs: 5_000 }));
      await asker.report('e', ended('failed'));
      expect(await asker.admits(pass)).toBe(false);
    });

    it('elects one probe when it is due, and is open for all once that worked', async () => {
      const asker = new Asker(state);
      await asker.report('a', ended('failed'));
      await asker.report('b', ended('failed'));
      const probe = await expectSoon(async () => {
        const admission = await asker.admit([pass]);
        expect(admission.isAdmitted).toBe(true);
        return admission;
      });
      expect(probe.record('b')?.isProbe).toBe(true);
      expect(await asker.admit([pass])).toMatchObject({ isAdmitted: false, closedBy: 'probe' });

      const [told] = await asker.report(probe.attemptId, ended('worked'));
      const next = await asker.admit([pass]);

      expect(told).toMatchObject({ opensInMs: 0 });
      expect(next.isAdmitted).toBe(true);
      expect(next.record('b')?.era).toBeGreaterThan(probe.record('b')?.era ?? 0);
    });

    it('is probed ahead of its time once so much of its cooldown is over', async () => {
      const asker = new Asker(state);
      await asker.report('a', ended('failed', { rule: { ...rule, threshold: 1, initialMs: 60_000, maxMs: 60_000 } }));
      expect(await asker.admits({ ...pass, isProbe: true, earlyMs: 30_000 })).toBe(false);

      await expectSoon(async () => expect(await asker.admits({ ...pass, isProbe: true })).toBe(true));
      expect(await asker.admit([{ ...pass, isProbe: true }])).toMatchObject({ closedBy: 'probe' });
    });

    it('closes for longer after each probe that failed', async () => {
      const asker = new Asker(state);
      const certain = { rule: { ...rule, threshold: 1, initialMs: 100, maxMs: 1_000 } };
      await asker.report('a', ended('failed', certain));
      const early: Claim = { ...pass, isProbe: true, earlyMs: 1 };
      const probe = await expectSoon(async () => {
        const admission = await asker.admit([early]);
        expect(admission.isAdmitted).toBe(true);
        return admission;
      });

      const [told] = await asker.report(probe.attemptId, ended('failed', certain));
      expect(told?.opensInMs).toBeGreaterThan(150);
    });

    it('has another probe after one that died, and after one that ended without a result', async () => {
      const asker = new Asker(state);
      await asker.report('a', ended('failed', { rule: { ...rule, threshold: 1, initialMs: 1 } }));
      const isProbe = async () => {
        const admission = await asker.admit([pass]);
        expect(admission.record('b')?.isProbe).toBe(true);
        return admission;
      };
      await expectSoon(isProbe);
      expect(await asker.admits(pass)).toBe(false);
      const second = await expectSoon(isProbe);
      await asker.report(second.attemptId, ended('nothing'));
      await isProbe();
    });

    it('takes no blame for an attempt from before its recovery', async () => {
      const asker = new Asker(state);
      await asker.report('a', ended('reset'));
      await asker.report('b', ended('failed', { ageMs: 5_000, rule: { ...rule, isCertain: true } }));
      expect(await asker.admits(pass)).toBe(true);
    });

    it('keeps the longer of two times', async () => {
      const asker = new Asker(state);
      const certain = (initialMs: number) => ({
        rule: { ...rule, initialMs, maxMs: 9_999, factor: 1, isCertain: true },
      });
      await asker.report('a', ended('failed', certain(5_000)));
      const [told] = await asker.report('b', ended('failed', certain(10)));
      expect(told?.opensInMs).toBeGreaterThan(4_000);
    });

    it('needs no probe where budgets pace what comes after it', async () => {
      const asker = new Asker(state);
      const paced: Claim = { ...pass, needsProbe: false, earlyMs: undefined };
      await asker.report('a', ended('failed', { rule: { ...rule, threshold: 1 } }));
      expect(await asker.admit([paced])).toMatchObject({ closedBy: 'rate-limit' });
      await expectSoon(async () => expect(await asker.admits(paced)).toBe(true));
      expect(await asker.admits(paced)).toBe(true);
    });
  });

  describe('a limit of attempts at once', () => {
    it('admits no more than so many, and another when one has ended, however often that is told', async () => {
      const asker = new Asker(state);
      const first = await asker.admit([slots(2)]);
      expect(await asker.admits(slots(2))).toBe(true);
      expect(await asker.admit([slots(2)])).toMatchObject({ isAdmitted: false, closedBy: 'maxConcurrency' });

      await asker.report(first.attemptId, slotBack);
      await asker.report(first.attemptId, slotBack);
      expect(await asker.admits(slots(2))).toBe(true);
      expect(await asker.admits(slots(2))).toBe(false);
    });

    it('gets back what is not renewed, and keeps what is', async () => {
      const asker = new Asker(state);
      const { attemptId } = await asker.admit([slots(2)]);
      await asker.admit([slots(2)]);
      expect(await asker.admits(slots(2))).toBe(false);
      await expectSoon(async () => {
        await asker.report(attemptId, { kind: 'slot', gate: 's', isRenewed: true });
        expect(await asker.admits(slots(2))).toBe(true);
      });
      expect(await asker.admits(slots(2))).toBe(false);
    });
  });

  describe('a budget', () => {
    it('admits what is left of it, and names the time at which there is more', async () => {
      const asker = new Asker(state);
      expect((await asker.admit([budget(40, 60)])).record('t')).toMatchObject({ perMinute: 60 });
      expect(await asker.admits(budget(20, 60))).toBe(true);

      const refused = await asker.admit([budget(10, 60)]);
      expect(refused).toMatchObject({ isAdmitted: false, closedBy: 'limits' });
      expect(refused.record('t')?.retryMs).toBeGreaterThan(9_000);
      expect(refused.record('t')?.retryMs).toBeLessThan(10_200);
    });

    it('lets more than it can ever hold through when it is full', async () => {
      expect(await new Asker(state).admits(budget(1_000, 60))).toBe(true);
    });

    it('refills over time', async () => {
      const asker = new Asker(state);
      await asker.admit([budget(6_000, 6_000)]);
      expect(await asker.admits(budget(5, 6_000))).toBe(false);
      await expectSoon(async () => expect(await asker.admits(budget(5, 6_000))).toBe(true));
    });

    it('gets back what was claimed and not used', async () => {
      const asker = new Asker(state);
      await asker.admit([budget(60, 60)]);
      await asker.report('x', settled({ back: 50 }));
      expect(await asker.admits(budget(50, 60))).toBe(true);
      expect(await asker.admits(budget(50, 60))).toBe(false);
    });

    it('is what a service states for processes that know no limit, the newest statement', async () => {
      const asker = new Asker(state);
      expect((await asker.admit([budget(10)])).record('t')?.perMinute).toBeUndefined();
      await asker.report('x', settled({ perMinute: 600 }));
      await asker.report('y', settled({ perMinute: 30 }));
      expect((await asker.admit([budget(10)])).record('t')).toMatchObject({ perMinute: 30 });
      expect((await asker.admit([budget(1, 20)])).record('t')).toMatchObject({ perMinute: 20 });
    });

    it('is lowered once by what a service says is left', async () => {
      const asker = new Asker(state);
      const left = (await asker.admit([budget(10, 60)])).record('t')?.left;
      await asker.report('x', settled({ left, remaining: 20 }));
      await asker.report('y', settled({ left, remaining: 20 }));
      expect(await asker.admits(budget(20, 60))).toBe(true);
      expect(await asker.admits(budget(5, 60))).toBe(false);
    });

    it('that is counted by windows has no more for any window than its share', async () => {
      const asker = new Asker(state);
      // Ten in a window of 100 ms.
      const ask = () => asker.admits(budget(1, 6_000, 100));
      const first = await Promise.all(Array.from({ length: 12 }, ask));
      expect(first.filter(Boolean)).toHaveLength(10);
      const refused = await asker.admit([budget(1, 6_000, 100)]);
      expect(refused.record('t')?.retryMs).toBeLessThan(120);
      await expectSoon(async () => expect(await ask()).toBe(true));
    });

    it('that is counted by windows gets back what was never sent', async () => {
      const asker = new Asker(state);
      const { record } = await asker.admit([budget(10, 10, 60_000)]);
      expect(await asker.admits(budget(1, 10, 60_000))).toBe(false);
      await asker.report('x', settled({ back: 10, spentAt: record('t')?.spentAt }));
      expect(await asker.admits(budget(10, 10, 60_000))).toBe(true);
    });
  });

  it('takes nothing of the other claims when one of them is refused', async () => {
    const asker = new Asker(state);
    await asker.admit([slots(1)], 'holder');
    expect(await asker.admits(slots(1), budget(60, 60))).toBe(false);
    await asker.report('holder', slotBack);
    expect(await asker.admits(slots(1), budget(60, 60))).toBe(true);
  });

  it('counts the processes that ask', async () => {
    const asker = new Asker(state);
    expect(await asker.processes('p1')).toBe(1);
    expect(await asker.processes('p2')).toBe(2);
    expect(await asker.processes('p1')).toBe(2);
  });

  it('knows which endpoint has stored what', async () => {
    expect(await state.ownerOf('resp_1')).toBeUndefined();
    await state.remember('resp_1', 'ep_one');
    await state.remember('resp_1', 'ep_two');
    expect(await state.ownerOf('resp_1')).toBe('ep_two');
  });
});

/** Tries again, on the real clock, which is the store's. */
async function expectSoon<T>(attempt: () => Promise<T>): Promise<T> {
  const until = performance.now() + 3_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
