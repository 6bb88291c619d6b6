/** Real processes on one server: what one holds that dies comes back, and what one holds that lives does not. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createBalancedProvider } from '../../src/index.ts';
import { redisState } from '../../src/redis/redis-state.ts';
import { answers, FakeEndpoint, type HeldAttempt, holds, prompt } from '../unit/fake-endpoint.ts';
import { nodeRedis } from './clients.ts';
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts';

const LEASE_MS = 1_500;
const MOST = 50;

let server: RedisServer;
beforeAll(async () => {
  if (hasRedis) server = await startRedis();
});
afterAll(() => server?.kill());

/** A provider of this process. */
async function connect(prefix: string) {
  const { client, close } = await nodeRedis(server.url);
  const endpoint = new FakeEndpoint('one');
  const balanced = createBalancedProvider({
    endpoints: [endpoint.settings({ maxConcurrency: MOST })],
    state: redisState(client, { prefix, leaseMs: LEASE_MS, timeoutMs: 5_000 }),
  });
  return { balanced, endpoint, close, ask: () => balanced('m').doGenerate({ prompt }) };
}

/** Another process with so many calls under way that never end. */
async function startHolder(prefix: string, calls: number) {
  const program = fileURLToPath(new URL('holder.ts', import.meta.url));
  const holder = fork(program, [server.url, prefix, `${LEASE_MS}`, `${MOST}`, `${calls}`]);
  const [held] = (await once(holder, 'message')) as [number];
  return { holder, held };
}

describe.skipIf(!hasRedis)('places at an endpoint', () => {
  it('of a process that was killed are used again when its lease is over, and not before', async () => {
    const { holder, held } = await startHolder('killed', MOST);
    expect(held).toBe(MOST);
    const { endpoint, ask, close } = await connect('killed');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const since = performance.now();
    const calls = Array.from({ length: MOST }, ask);
    await Promise.all(calls);
    const tookMs = performance.now() - since;

    expect(endpoint.attempts).toHaveLength(MOST);
    expect(tookMs).toBeGreaterThan(LEASE_MS / 3);
    expect(tookMs).toBeLessThan(LEASE_MS + 1_000);
    await close();
  });

  it('stay with attempts of living processes that last longer than a lease', async () => {
    const { holder } = await startHolder('living', MOST - 1);
    const { endpoint, ask, close } = await connect('living');
    const own: HeldAttempt[] = [];
    endpoint.behave(holds(own));
    const long = ask();
    await expect.poll(() => own.length).toBe(1);
    endpoint.behave(answers());
    const second = ask();
    await new Promise((resolve) => setTimeout(resolve, 2 * LEASE_MS));
    expect(endpoint.attempts).toHaveLength(1);

    own[0]?.answer();
    await Promise.all([long, second]);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await close();
  });
});

it('a process that has nothing else to do ends, although its state is away', async () => {
  const child = fork(fileURLToPath(new URL('apart.ts', import.meta.url)));
  const [[state], [code]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
  expect([state, code]).toEqual(['apart', 0]);
});
