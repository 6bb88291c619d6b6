import { describe, expect, it } from 'vitest';

import { apiError, rateLimit } from '../api-error.ts';
import { after, answers, fails, FakeEndpoint, type HeldAttempt, holds } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';
import { type Process, startProcesses } from './processes.ts';

useFakeTime();

const cooldownMs = 1_000;
const down = fails(apiError(500));

describe('processes that share a state', () => {
  it('send no more in all than a limit allows, and take what comes in as it comes', async () => {
    const endpoint = new FakeEndpoint('one');
    const { processes } = startProcesses(3, [[endpoint, { rpm: 60 }]]);
    const calls = processes.flatMap(({ ask }) => Array.from({ length: 30 }, ask));
    await happenings();
    expect(endpoint.attempts).toHaveLength(60);

    await pass(30_500);
    expect(calls.filter(({ state }) => state === 'fulfilled')).toHaveLength(90);
    expect(calls.every(({ state }) => state === 'fulfilled')).toBe(true);
  });

  it.each([
    ['of all models', { rpm: 60 }],
    ['of one model', { deployments: { m: { name: 'there', rpm: 60 } } }],
  ])('send no more in all than the limit %s of a quotaGroup allows', async (_, limits) => {
    const endpoints = [new FakeEndpoint('one'), new FakeEndpoint('two')] as const;
    const settings = { quotaGroup: 'org', ...limits };
    const { processes } = startProcesses(
      3,
      [
        [endpoints[0], settings],
        [endpoints[1], { quotaGroup: 'org' }],
      ],
      { loadBalancing: true },
    );
    for (const { ask } of processes) for (let count = 0; count < 30; count += 1) ask();
    await happenings();
    expect(endpoints[0].attempts.length + endpoints[1].attempts.length).toBe(60);
    expect(endpoints[1].attempts.length).toBeGreaterThan(20);
  });

  it('count the limits of each model of a quotaGroup, and what is out at each of its endpoints, for themselves', async () => {
    const refused = fails(Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } }));
    const [one, two] = [new FakeEndpoint('one', refused), new FakeEndpoint('two')];
    const deployments = { m: { name: 'm', rpm: 2 }, other: { name: 'other', rpm: 2 } };
    const settings = { quotaGroup: 'org', deployments };
    const { processes } = startProcesses(
      2,
      [
        [one, settings],
        [two, settings],
      ],
      { failureThreshold: 1 },
    );
    processes[0]?.ask();
    await happenings();
    expect([one, two].map(({ attempts }) => attempts.length)).toEqual([1, 1]);

    processes[1]?.balanced('other').doGenerate({ prompt: [] });
    processes[1]?.balanced('other').doGenerate({ prompt: [] });
    await happenings();
    expect([one, two].map(({ attempts }) => attempts.length)).toEqual([1, 3]);
  });

  it('have no more attempts under way in all than may be, and use a place that another process has freed', async () => {
    const held: HeldAttempt[] = [];
    const endpoint = new FakeEndpoint('one', holds(held));
    const { processes } = startProcesses(2, [[endpoint, { maxConcurrency: 3 }]]);
    processes.forEach(({ ask }) => void [ask(), ask()]);
    await happenings();
    expect(held).toHaveLength(3);

    held[0]?.answer();
    await pass(300);
    expect(held).toHaveLength(4);
  });

  it('are out of an endpoint after failures in a row, wherever these were', async () => {
    const [one, two] = [new FakeEndpoint('one', down), new FakeEndpoint('two')];
    const { processes } = startProcesses(5, [[one], [two]], { cooldownMs });
    for (const { ask } of processes) {
      ask();
      await happenings();
    }
    expect(one.attempts).toHaveLength(5);

    for (const { ask } of processes) expect(ask().state).toBe('pending');
    await happenings();
    expect(one.attempts).toHaveLength(5);
    expect(two.attempts).toHaveLength(10);
    expect(processes[0]?.balanced.status().endpoints[0]?.deployments[0]?.state).toBe('open');
  });

  it('send one probe in all, and are back together when it works', async () => {
    const held: HeldAttempt[] = [];
    const [one, two] = [new FakeEndpoint('one', down), new FakeEndpoint('two')];
    const { processes } = startProcesses(4, [[one], [two]], { cooldownMs, failureThreshold: 1 });
    processes[0]?.ask();
    await happenings();
    one.behave(holds(held));
    await pass(cooldownMs + 10);
    for (const { ask } of processes) void [ask(), ask()];
    await happenings();
    expect(held).toHaveLength(1);
    expect(one.attempts).toHaveLength(2);

    held[0]?.answer();
    one.behave(answers());
    await pass(300);
    for (const { ask } of processes) ask();
    await happenings();
    expect(one.attempts).toHaveLength(6);
  });

  it('wait for one probe also where there is no other endpoint', async () => {
    const one = new FakeEndpoint('one', down);
    const { processes } = startProcesses(4, [[one]], { cooldownMs: 60_000, failureThreshold: 1, retry: { rounds: 2 } });
    const calls = processes.map(({ ask }) => ask());
    await pass(5_900);
    // The first, and one a second ahead of its time.
    expect(one.attempts.length).toBeGreaterThan(4);
    expect(one.attempts.length).toBeLessThan(12);

    one.behave(answers());
    await pass(2_000);
    expect(calls.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'fulfilled']);
  });

  it('wait for the time that an endpoint named to one of them', async () => {
    const one = new FakeEndpoint('one');
    one.behaveOnce(fails(rateLimit(2)));
    const { processes } = startProcesses(3, [[one]]);
    processes[0]?.ask();
    await happenings();
    const calls = processes.map(({ ask }) => ask());
    await pass(1_900);
    expect(one.attempts).toHaveLength(1);

    await pass(600);
    expect(calls.every(({ state }) => state === 'fulfilled')).toBe(true);
  });

  it('know a limit that one of them was told', async () => {
    const one = new FakeEndpoint('one');
    const { processes } = startProcesses(2, [[one]]);
    const headers = { 'x-ratelimit-limit-requests': '60', 'x-ratelimit-remaining-requests': '2' };
    one.behave({
      ...answers(),
      generate: async (attempt) => ({ ...(await answers().generate(attempt)), response: { headers } }),
    });
    processes[0]?.ask();
    await happenings();
    one.behave(answers());
    for (const { ask } of processes) for (let count = 0; count < 40; count += 1) ask();
    await happenings();
    expect(one.attempts.length).toBeLessThanOrEqual(61);
    await pass(1_100);
    expect(one.attempts.length).toBeLessThanOrEqual(63);
  });

  it('forget together what one of them resets', async () => {
    const one = new FakeEndpoint('one', down);
    const { processes } = startProcesses(2, [[one]], { cooldownMs: 60_000, failureThreshold: 1, retry: { rounds: 1 } });
    for (const { ask } of processes) ask();
    await happenings();
    one.behave(answers());
    processes[1]?.balanced.reset();
    const call = processes[1]?.ask();
    await happenings();
    expect(call?.state).toBe('fulfilled');
  });

  it('give back what a call claimed that was aborted meanwhile', async () => {
    const endpoint = new FakeEndpoint('one');
    const { processes } = startProcesses(2, [[endpoint, { maxConcurrency: 1 }]]);
    const controller = new AbortController();
    const [first, second] = processes;
    const aborted = first?.balanced('m').doGenerate({ prompt: [], abortSignal: controller.signal });
    const rejected = expect(aborted).rejects.toThrow('left');
    controller.abort(new Error('left'));
    await rejected;
    await happenings();
    const call = second?.ask();
    await happenings();
    expect(endpoint.attempts).toHaveLength(1);
    expect(call?.state).toBe('fulfilled');
  });
});

describe('an outage that processes share', () => {
  /** Four processes, each with ten calls a second that take 200 ms, at two endpoints. Returns when attempts began at the first. */
  function startLoad() {
    const [one, two] = [new FakeEndpoint('one', after(200, answers())), new FakeEndpoint('two', after(200, answers()))];
    const { processes } = startProcesses(4, [[one], [two]], { loadBalancing: true });
    const calls: ReturnType<(typeof processes)[number]['ask']>[] = [];
    const under = async (ms: number): Promise<readonly number[]> => {
      const from = one.attempts.length;
      for (let step = 0; step < ms / 25; step += 1) {
        const process = processes[step % 4];
        if (process !== undefined) calls.push(process.ask());
        await pass(25);
      }
      return one.attempts.slice(from).map(({ startedAt }) => startedAt);
    };
    return { one, two, under, calls };
  }

  it('costs five failures in all and those under way, and one probe at a time after that', async () => {
    const { one, under, calls } = startLoad();
    expect(await under(2_000)).toHaveLength(40);
    one.behave(after(200, down));

    const failures = await under(2_000);
    // Four a fifth of a second.
    expect(failures.length).toBeGreaterThanOrEqual(5);
    expect(failures.length).toBeLessThanOrEqual(5 + 4 + 1);

    const probes = await under(60_000);
    // After 5 s, and then every 12 s.
    expect(probes.length).toBeGreaterThanOrEqual(5);
    expect(probes.length).toBeLessThanOrEqual(6);
    const apart = probes.slice(1).map((at, index) => at - (probes[index] ?? 0));
    expect(Math.min(...apart)).toBeGreaterThan(11_000);
    await pass(1_000);
    expect(calls.every(({ state }) => state === 'fulfilled')).toBe(true);
  });

  it('is over for all of them within 15 s of its end', async () => {
    const { one, two, under } = startLoad();
    one.behave(after(200, down));
    await under(30_000);
    one.behave(after(200, answers()));
    await under(15_000);

    const before = two.attempts.length;
    expect(await under(4_000)).toHaveLength(80);
    expect(two.attempts.length - before).toBe(80);
  });
});

describe('a process whose state does not answer', () => {
  it('goes on after one question, asks no more, and says so once', async () => {
    const endpoint = new FakeEndpoint('one');
    const { processes, state } = startProcesses(1, [[endpoint]]);
    const [{ balanced, ask } = { balanced: undefined, ask: () => undefined }] = processes;
    const events: object[] = [];
    balanced?.on('stateLost', (event) => events.push(event));
    balanced?.on('stateRestored', (event) => events.push(event));
    state.trouble = 'silent';
    const call = ask();
    await pass(40);
    expect(endpoint.attempts).toHaveLength(0);
    await pass(12);
    expect(call?.state).toBe('fulfilled');
    expect(balanced?.status().state).toBe('apart');

    const asked = state.questions;
    ask();
    await happenings();
    expect(endpoint.attempts).toHaveLength(2);
    expect(state.questions).toBe(asked);

    state.trouble = 'none';
    await pass(1_000);
    expect(balanced?.status().state).toBe('shared');
    expect(events).toEqual([{ reason: 'slow' }, { apartMs: 1_000 }]);
  });

  it.each([
    ['down', 'down' as const],
    ['READONLY', new Error('READONLY You can not write against a read only replica.')],
    ['failed', new Error('connect ECONNREFUSED 10.0.0.1:6379')],
  ])('names the reason %s', async (reason, trouble) => {
    const { processes, state } = startProcesses(1, [[new FakeEndpoint('one')]]);
    const reasons: string[] = [];
    processes[0]?.balanced.on('stateLost', (event) => reasons.push(event.reason));
    state.trouble = trouble;
    const call = processes[0]?.ask();
    await happenings();
    expect(call?.state).toBe('fulfilled');
    expect(reasons).toEqual([reason]);
  });

  it('stays apart while the state answers, but too late for calls', async () => {
    const { processes, state } = startProcesses(1, [[new FakeEndpoint('one')]]);
    const events: string[] = [];
    processes[0]?.balanced.on('stateLost', () => events.push('lost'));
    processes[0]?.balanced.on('stateRestored', () => events.push('restored'));
    const admit = state.admit.bind(state);
    let answersInMs = 80;
    state.admit = async (request) => {
      await new Promise((resolve) => setTimeout(resolve, answersInMs));
      return admit(request);
    };
    processes[0]?.ask();
    await pass(10_000);
    expect(events).toEqual(['lost']);

    answersInMs = 20;
    await pass(1_100);
    expect(events).toEqual(['lost', 'restored']);
  });

  it('looks again when the client is ready, and is not counted apart any more', async () => {
    const { processes, state } = startProcesses(1, [[new FakeEndpoint('one')]]);
    state.trouble = 'down';
    processes[0]?.ask();
    await happenings();
    state.recover();
    await happenings();
    expect(processes[0]?.balanced.status().state).toBe('shared');
  });

  it('keeps to its part of each limit, and to the whole again after that', async () => {
    const [one] = [new FakeEndpoint('one')];
    const { processes, state } = startProcesses(4, [[one, { rpm: 60, maxConcurrency: 8 }]]);
    for (const { ask } of processes) ask();
    for (const { ask } of processes) ask();
    await pass(60_000);
    for (const { ask } of processes) ask();
    for (const { ask } of processes) ask();
    await happenings();
    state.trouble = 'down';
    const held: HeldAttempt[] = [];
    one.behave(holds(held));
    processes[0]?.ask();
    for (let count = 0; count < 30; count += 1) processes[0]?.ask();
    await happenings();
    expect(held).toHaveLength(2);
    for (let count = 0; count < 30; count += 1) {
      held.splice(0).forEach((each) => each.answer());
      await happenings();
    }
    expect(one.attempts.length).toBeLessThanOrEqual(16 + 15);

    state.recover();
    await happenings();
    expect(held.length).toBeLessThanOrEqual(8);
  });

  it('keeps to its part of a limit that several models share, and to no less', async () => {
    const one = new FakeEndpoint('one');
    const { processes, state } = startProcesses(4, [[one, { rpm: 60 }]]);
    const askAll = ({ balanced }: Process) =>
      ['m', 'n', 'o'].map((id) => watch(balanced(id).doGenerate({ prompt: [] })));
    for (const each of [...processes, ...processes]) askAll(each);
    await pass(10_000);
    state.trouble = 'down';
    askAll(processes[0] as Process);
    await pass(10_000);
    const before = one.attempts.length;
    for (let count = 0; count < 10; count += 1) askAll(processes[0] as Process);
    await happenings();
    expect(one.attempts.length - before).toBeGreaterThanOrEqual(13);
    expect(one.attempts.length - before).toBeLessThanOrEqual(15);
  });

  it('gives back what an answer grants that comes too late', async () => {
    const endpoint = new FakeEndpoint('one');
    const { processes, state } = startProcesses(2, [[endpoint, { maxConcurrency: 1 }]]);
    const admit = state.admit.bind(state);
    let answer = (): void => {};
    const late = new Promise<void>((resolve) => (answer = resolve));
    state.admit = async (request) => {
      const given = await admit(request);
      await late;
      return given;
    };
    processes[0]?.ask();
    await pass(60);
    answer();
    state.admit = admit;
    await pass(2_000);
    const call = processes[1]?.ask();
    await happenings();
    expect(call?.state).toBe('fulfilled');
  });
});
