/** A process that has a response made at each endpoint, and tells their ids. */
import { generateText } from 'ai';
import { createClient } from 'redis';

import { createBalancedProvider } from '../../src/index.ts';
import { redisState } from '../../src/redis/redis-state.ts';

const [url = '', ...baseURLs] = process.argv.slice(2);
const client = await createClient({ url }).connect();
const balanced = createBalancedProvider({
  endpoints: baseURLs.map((baseURL, index) => ({ type: 'openai', name: `account ${index}`, baseURL, apiKey: 'any' })),
  api: 'responses',
  state: redisState(client, { timeoutMs: 5_000 }),
});
const ids: string[] = [];
for (const _ of baseURLs) {
  const { response } = await generateText({ model: balanced('gpt-5'), prompt: 'Hello' });
  ids.push(response.id);
}
process.send?.(ids);
// What is told without being waited for has been sent before this.
await client.ping();
client.destroy();
process.disconnect?.();
