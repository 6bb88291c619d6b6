import { createClient } from 'redis';

import { createBalancedProvider } from '../../src/index.ts';
import { redisState } from '../../src/redis/index.ts';
import type { SharedState } from '../../src/index.ts';
import { answers, FakeEndpoint } from '../../test/unit/fake-endpoint.ts';
import { prompt } from './prompt.ts';

const CALLS = 2_000;

/**
 * The median time of a call that is answered at once, with and without a state that is shared, in milliseconds. Calls of both kinds
 * take turns, so that what else the machine does hits both.
 */
export async function addedLatency(redisUrl: string): Promise<{ readonly localMs: number; readonly sharedMs: number }> {
  const client = await createClient({ url: redisUrl }).connect();
  const [local, shared] = [caller(undefined), caller(redisState(client, { prefix: 'latency' }))];
  const times = { local: [] as number[], shared: [] as number[] };
  for (let call = 0; call < CALLS; call += 1) {
    times.local.push(await local());
    times.shared.push(await shared());
  }
  client.destroy();
  return { localMs: median(times.local), sharedMs: median(times.shared) };
}

/** Makes a call, and says how long it took. */
function caller(state: SharedState | undefined): () => Promise<number> {
  const endpoint = new FakeEndpoint('one', answers());
  const balanced = createBalancedProvider({
    endpoints: [endpoint.settings({ maxConcurrency: 50, rpm: 1e6, tpm: 1e9 })],
    state,
  });
  const model = balanced('m') as { doGenerate(options: object): PromiseLike<unknown> };
  return async () => {
    const since = performance.now();
    await model.doGenerate({ prompt });
    const tookMs = performance.now() - since;
    // So that what one call leaves to be told is not the next one's.
    await new Promise((resolve) => setTimeout(resolve, 1));
    return tookMs;
  };
}

const median = (times: readonly number[]): number => times.toSorted((one, other) => one - other)[CALLS / 2] ?? 0;
