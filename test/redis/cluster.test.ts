/** A node of a cluster fails under load, and its replica takes over. */
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createBalancedProvider } from '../../src/index.ts';
import type { RedisClient } from '../../src/redis/client.ts';
import { redisState } from '../../src/redis/redis-state.ts';
import { after, answers, FakeEndpoint, prompt } from '../unit/fake-endpoint.ts';
import { type RedisCluster, startCluster } from './redis-cluster.ts';
import { hasRedis } from './redis-server.ts';

const SERVICE_MS = 20;
const TIMEOUT_MS = 50;

let cluster: RedisCluster;
beforeAll(async () => {
  // What is asked while a process is apart must not be answered by a node that is well.
  if (hasRedis) cluster = await startCluster('{balanced:look}');
}, 30_000);
afterAll(() => cluster?.kill());

async function connectNodeRedis() {
  const client = createCluster({ rootNodes: cluster.ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })) });
  client.on('error', () => undefined);
  await client.connect();
  return { client, write: (key: string) => client.set(key, ''), close: () => client.destroy() };
}

async function connectIoredis() {
  const client = new Cluster(cluster.ports.map((port) => ({ host: '127.0.0.1', port })));
  client.on('error', () => undefined);
  await once(client, 'ready');
  return { client, write: (key: string) => client.set(key, ''), close: () => client.disconnect() };
}

/** A process with calls at a steady pace. */
function load(client: RedisClient) {
  const endpoint = new FakeEndpoint('one', after(SERVICE_MS, answers()));
  const balanced = createBalancedProvider({
    endpoints: [endpoint.settings({ maxConcurrency: 100, rpm: 1e6 })],
    state: redisState(client, { timeoutMs: TIMEOUT_MS }),
  });
  const events: string[] = [];
  balanced.on('stateLost', () => events.push('lost'));
  balanced.on('stateRestored', () => events.push('restored'));
  const calls: Promise<number>[] = [];
  const ask = async () => {
    const since = performance.now();
    await balanced('m').doGenerate({ prompt });
    return performance.now() - since - SERVICE_MS;
  };
  const pace = setInterval(() => calls.push(ask()), 10);
  return { balanced, endpoint, events, ask, calls, stop: () => clearInterval(pace) };
}

describe.skipIf(!hasRedis)('a cluster of which a node fails over', () => {
  it('costs no call, doubles and delays none, and is shared again when its client reaches the new master', async () => {
    const clients = [await connectNodeRedis(), await connectIoredis()];
    const processes = clients.map(({ client }) => load(client));
    const loop = monitorEventLoopDelay({ resolution: 5 });
    loop.enable();
    const isShared = (shared: boolean) =>
      processes.every(({ balanced }) => (balanced.status().state === 'shared') === shared);
    await expect
      .poll(() => isShared(true) && processes.every(({ endpoint }) => endpoint.attempts.length > 20), {
        timeout: 10_000,
      })
      .toBe(true);

    await cluster.main.kill();
    await expect.poll(() => isShared(false), { timeout: 3_000 }).toBe(true);
    const readyAt = await Promise.all(
      clients.map(async ({ write }) => {
        // Clients give up a question before the replica has taken over.
        while (
          await write('{any}').then(
            () => false,
            () => true,
          )
        );
        return performance.now();
      }),
    );
    await expect.poll(() => isShared(true), { interval: 10, timeout: 5_000 }).toBe(true);
    const sharedMs = performance.now() - Math.max(...readyAt);
    await new Promise((resolve) => setTimeout(resolve, 300));

    loop.disable();
    for (const { stop, calls, endpoint, events } of processes) {
      stop();
      const delays = await Promise.all(calls);
      expect(endpoint.attempts).toHaveLength(delays.length);
      expect(Math.max(...delays) - loop.max / 1e6).toBeLessThan(TIMEOUT_MS + 50);
      expect(events).toEqual(['lost', 'restored']);
    }
    expect(sharedMs).toBeLessThan(2_000);
    for (const { close } of clients) close();
  }, 30_000);
});
