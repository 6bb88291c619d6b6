/** What becomes of calls when their state fails: nothing. Under load, on a server that the test stops, kills, fills and flushes. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type BalancedProvider, createBalancedProvider } from '../../src/index.ts';
import { redisState } from '../../src/redis/redis-state.ts';
import { after, answers, FakeEndpoint, prompt } from '../unit/fake-endpoint.ts';
import { nodeRedis } from './clients.ts';
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts';

const SERVICE_MS = 20;
const TIMEOUT_MS = 50;
/** Where the server answers, and a busy machine must not pass for a slow server. */
const PATIENT = { timeoutMs: 5_000 };
const ANSWERED_MS = 500;

interface Fixture {
  readonly server: RedisServer;
  readonly client: Awaited<ReturnType<typeof nodeRedis>>['client'];
  readonly balanced: BalancedProvider;
  readonly endpoint: FakeEndpoint;
  /** What was lost and restored, in that order. */
  readonly events: string[];
  readonly close: () => Promise<void>;
}

let fixture: Fixture;

beforeEach(() => prepare());
afterEach(() => fixture?.close());

async function prepare({ timeoutMs = TIMEOUT_MS, leaseMs = 1_000 } = {}): Promise<void> {
  if (!hasRedis) return;
  const server = await startRedis();
  const { client, close } = await nodeRedis(server.url);
  const endpoint = new FakeEndpoint('one', after(SERVICE_MS, answers()));
  const balanced = createBalancedProvider({
    endpoints: [endpoint.settings({ maxConcurrency: 100, rpm: 1e6, tpm: 1e9 })],
    state: redisState(client, { timeoutMs, leaseMs }),
  });
  const events: string[] = [];
  balanced.on('stateLost', ({ reason }) => events.push(`lost: ${reason}`));
  balanced.on('stateRestored', () => events.push('restored'));
  fixture = {
    server,
    client,
    balanced,
    endpoint,
    events,
    close: async () => {
      await close();
      await server.kill();
    },
  };
  await balanced('m').doGenerate({ prompt });
}

/** Calls at a steady pace while something happens, and for a while after it. Returns how much longer each took than it had to. */
async function underLoad(happens: () => Promise<unknown>, forMs = 600): Promise<readonly number[]> {
  const { balanced, endpoint } = fixture;
  const before = endpoint.attempts.length;
  const delays: Promise<number>[] = [];
  // What the process itself was late is not the state's.
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  const pace = setInterval(() => {
    const since = performance.now();
    const call = Promise.resolve(balanced('m').doGenerate({ prompt }));
    delays.push(call.then(() => performance.now() - since - SERVICE_MS - loop.max / 1e6));
  }, 10);
  await happens();
  await new Promise((resolve) => setTimeout(resolve, forMs));
  clearInterval(pace);
  loop.disable();
  const all = await Promise.all(delays);
  expect(endpoint.attempts.length - before).toBe(all.length);
  return all;
}

const isShared = () =>
  expect.poll(() => fixture.balanced.status().state, { interval: 10, timeout: 2_000 }).toBe('shared');

describe.skipIf(!hasRedis)('no call is lost, doubled or late', () => {
  it('while the server hangs, and the state is shared again when it goes on', async () => {
    const delays = await underLoad(async () => fixture.server.signal('SIGSTOP'));
    expect(fixture.events).toEqual(['lost: slow']);
    expect(Math.max(...delays)).toBeLessThan(TIMEOUT_MS + 50);

    fixture.server.signal('SIGCONT');
    await isShared();
  });

  it('when the server is killed, and the state is shared again when there is another', async () => {
    const delays = await underLoad(() => fixture.server.kill());
    expect(fixture.events).toHaveLength(1);
    expect(Math.max(...delays)).toBeLessThan(TIMEOUT_MS + 50);

    await fixture.server.start();
    const ready = expect.poll(() => fixture.client.isReady, { interval: 10, timeout: 5_000 });
    await ready.toBe(true);
    await isShared();
  });

  it('when the server is flushed, which no process notices', async () => {
    await fixture.close();
    await prepare(PATIENT);
    const delays = await underLoad(() => fixture.client.flushAll());
    expect(fixture.events).toEqual([]);
    expect(Math.max(...delays)).toBeLessThan(ANSWERED_MS);
  });

  it('when the server has forgotten its scripts', async () => {
    await fixture.close();
    await prepare(PATIENT);
    await underLoad(() => fixture.client.scriptFlush());
    expect(fixture.events).toEqual([]);
  });

  it('when the server is full, and the state is shared again when it is not', async () => {
    await fixture.close();
    await prepare(PATIENT);
    const delays = await underLoad(() => fixture.client.configSet('maxmemory', '1'));
    expect(fixture.events).toEqual(['lost: OOM']);
    expect(Math.max(...delays)).toBeLessThan(ANSWERED_MS);

    await fixture.client.configSet('maxmemory', '0');
    await isShared();
  });

  it('when the server has become a replica', async () => {
    await fixture.close();
    await prepare(PATIENT);
    const delays = await underLoad(() => fixture.client.sendCommand(['REPLICAOF', '127.0.0.1', '1']));
    expect(fixture.events).toEqual(['lost: READONLY']);
    expect(Math.max(...delays)).toBeLessThan(ANSWERED_MS);

    await fixture.client.sendCommand(['REPLICAOF', 'NO', 'ONE']);
    await isShared();
  });

  it('when there is garbage under the prefix', async () => {
    await fixture.close();
    await prepare(PATIENT);
    const { client } = fixture;
    await underLoad(async () => {
      for (const key of await client.keys('{balanced:*')) {
        await client.multi().del(key).set(key, 'garbage').exec();
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
      for (const key of await client.keys('{balanced:*')) {
        const fields = 'opens era tripped probeEnds row since late trips level at cap fix per'.split(' ');
        const garbage = Object.fromEntries(fields.map((field, index) => [field, index % 2 ? 'x' : '9e99']));
        const more = { probe: 'x', cause: '{', win: '-1', tx: '1' };
        await client
          .multi()
          .del(key)
          .hSet(key, { ...garbage, ...more })
          .exec();
      }
    });
    expect(fixture.events).toEqual([]);
  });

  it('sees what held places before a flush renewed', async () => {
    await fixture.close();
    await prepare(PATIENT);
    const { client, balanced, endpoint } = fixture;
    endpoint.behaveOnce(after(1_500, answers()));
    const long = balanced('m').doGenerate({ prompt });
    await expect.poll(() => endpoint.attempts.length).toBe(2);
    await client.flushAll();
    const held = async () => {
      const key = (await client.keys('*')).find((each) => each.endsWith('s'));
      return key === undefined ? 0 : client.zCard(key);
    };
    await expect.poll(held, { interval: 20, timeout: 1_000 }).toBe(1);
    await long;
    await expect.poll(held, { interval: 20, timeout: 1_000 }).toBe(0);
  });
});

describe.skipIf(!hasRedis)('what a call costs', () => {
  it('is two commands, when it is admitted at its first look', async () => {
    await fixture.close();
    await prepare({ timeoutMs: 5_000, leaseMs: 60_000 });
    const { client, balanced } = fixture;
    const commands = async () => {
      const stats = await client.info('commandstats');
      return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
    };
    await expect.poll(commands).toBe(2);
    for (let call = 0; call < 10; call += 1) await balanced('m').doGenerate({ prompt });
    await expect.poll(commands).toBe(22);
  });
});
