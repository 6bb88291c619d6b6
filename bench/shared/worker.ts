/** One process of the fleet: sends a burst, then calls at random moments, and says what became of them. */
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

import { createClient } from 'redis';

import { createBalancedProvider } from '../../src/index.ts';
import { redisState } from '../../src/redis/index.ts';
import { prompt } from './prompt.ts';

/** What a worker is told. */
export interface Work {
  readonly name: string;
  readonly origin: string;
  /** Requests a minute of each endpoint. */
  readonly quotas: readonly number[];
  /** `undefined`: no process knows of another. */
  readonly redisUrl: string | undefined;
  readonly burst: number;
  readonly callsPerSecond: number;
  readonly settleMs: number;
  readonly measureMs: number;
}

process.once('message', (work) => void run(work as Work));
// Does not outlive its parent.
process.once('disconnect', () => process.exit());

async function run({
  name,
  origin,
  quotas,
  redisUrl,
  burst,
  callsPerSecond,
  settleMs,
  measureMs,
}: Work): Promise<void> {
  const client = redisUrl === undefined ? undefined : await createClient({ url: redisUrl }).connect();
  const balanced = createBalancedProvider({
    endpoints: quotas.map((rpm, index) => ({
      type: 'openai',
      name: `endpoint ${index}`,
      baseURL: `${origin}/${index}/v1`,
      apiKey: 'any',
      headers: { 'x-process': name },
      rpm,
    })),
    api: 'chat',
    maxWaitMs: 5_000,
    retry: { rounds: 3 },
    // On a machine whose cores are fewer than the processes, these wait for each other for longer than for the server.
    state: client && redisState(client, { timeoutMs: 1_000 }),
  });
  const model = balanced('gpt-5') as { doGenerate(options: object): PromiseLike<unknown> };
  // Started and warm before the others are told: what is measured is not how long a process takes to start.
  await model.doGenerate({ prompt });
  process.send?.('ready');
  await once(process, 'message');
  const calls: Promise<unknown>[] = [];
  const ask = () => void calls.push(Promise.resolve(model.doGenerate({ prompt })).catch(() => undefined));
  for (let count = 0; count < burst; count += 1) {
    ask();
    await wait(20);
  }
  const until = performance.now() + settleMs + measureMs;
  while (performance.now() < until) {
    await wait((-Math.log(1 - Math.random()) / callsPerSecond) * 1_000);
    ask();
  }
  await Promise.all(calls);
  client?.destroy();
  process.disconnect();
}
