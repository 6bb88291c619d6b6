/** A process that begins calls which never end, and says when they are under way. */
import { createClient } from 'redis';

import { createBalancedProvider } from '../../src/index.ts';
import { redisState } from '../../src/redis/redis-state.ts';
import { FakeEndpoint, hangs, prompt } from '../unit/fake-endpoint.ts';

const [url = '', prefix = '', leaseMs, most, calls] = process.argv.slice(2);
const client = await createClient({ url }).connect();
const endpoint = new FakeEndpoint('one', hangs());
const balanced = createBalancedProvider({
  endpoints: [endpoint.settings({ maxConcurrency: Number(most) })],
  state: redisState(client, { prefix, leaseMs: Number(leaseMs), timeoutMs: 5_000 }),
});
for (let call = 0; call < Number(calls); call += 1) void balanced('m').doGenerate({ prompt });
while (endpoint.attempts.length < Number(calls)) await new Promise((resolve) => setTimeout(resolve, 10));
process.send?.(endpoint.attempts.length);
// The channel to its parent keeps it alive.
