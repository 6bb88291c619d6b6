/** A conversation goes on in another process, which knows nothing but the id of the last response. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { generateText } from 'ai';
import { expect, it, onTestFinished } from 'vitest';

import { createBalancedProvider } from '../../src/index.ts';
import { redisState } from '../../src/redis/redis-state.ts';
import { startResponsesAccount } from '../support/responses-account/responses-account.ts';
import { nodeRedis } from './clients.ts';
import { hasRedis, startRedis } from './redis-server.ts';

it.skipIf(!hasRedis)(
  'a response that is continued in another process goes to the endpoint that stored it',
  async () => {
    const server = await startRedis();
    const { client, close } = await nodeRedis(server.url);
    const accounts = await Promise.all(['a', 'b', 'c'].map((name) => startResponsesAccount(name)));
    onTestFinished(async () => {
      await Promise.all([close(), ...accounts.map((account) => account.close())]);
      await server.kill();
    });
    const baseURLs = accounts.map(({ baseURL }) => baseURL);
    const first = fork(fileURLToPath(new URL('responder.ts', import.meta.url)), [server.url, ...baseURLs]);
    const [[ids]] = (await Promise.all([once(first, 'message'), once(first, 'exit')])) as [[string[]], unknown];
    expect(ids.toSorted()).toEqual(['resp_a_1', 'resp_b_1', 'resp_c_1']);

    const balanced = createBalancedProvider({
      endpoints: baseURLs.map((baseURL, index) => ({
        type: 'openai',
        name: `account ${index}`,
        baseURL,
        apiKey: 'any',
      })),
      api: 'responses',
      state: redisState(client, { timeoutMs: 5_000 }),
    });
    const goOn = async (previousResponseId: string) => {
      const providerOptions = { openai: { previousResponseId } };
      const { response } = await generateText({ model: balanced('gpt-5'), prompt: 'Go on', providerOptions });
      return response.id;
    };
    // Against the turns that the endpoints have.
    const continued: string[] = [];
    for (const id of ['resp_c_1', 'resp_b_1', 'resp_a_1', 'resp_a_1']) continued.push(await goOn(id));

    expect(continued).toEqual(['resp_c_2', 'resp_b_2', 'resp_a_2', 'resp_a_3']);
    expect(accounts.flatMap(({ refusals }) => refusals)).toEqual([]);
  },
);
