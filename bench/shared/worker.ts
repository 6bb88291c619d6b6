/** One process of the fleet: sends a burst, then calls at random moments, and says what became of them. */
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
    state: client && redisState(client),
  });
  const model = balanced('gpt-5') as { doGenerate(options: object): PromiseLike<unknown> };
  const calls: Promise<unknown>[] = [];
  const ask = () => void calls.push(Promise.resolve(model.doGenerate({ prompt })).catch(() => undefined));
  for (let count = 0; count < burst; count += 1) ask();
  const until = performance.now() + settleMs + measureMs;
  while (performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, (-Math.log(1 - Math.random()) / callsPerSecond) * 1_000));
    ask();
  }
  await Promise.all(calls);
  client?.destroy();
  process.disconnect();
}
