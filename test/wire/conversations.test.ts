import { generateText, stepCountIs } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { expect, it, onTestFinished } from 'vitest';

import type { Item } from '../support/responses-account/item.ts';
import { startResponsesAccount } from '../support/responses-account/responses-account.ts';
import { toolsOf, weatherAnswer, weatherQuestion } from '../sdk-majors/suite/conversation.ts';

const CONVERSATIONS = 1_000;
const AT_ONCE = 20;

it('1,000 conversations each stay at the endpoint where they began, and begin at all endpoints evenly', async () => {
  const accounts = await Promise.all(['a', 'b', 'c', 'd'].map((name) => startResponsesAccount(name)));
  onTestFinished(async () => {
    await Promise.all(accounts.map((account) => account.close()));
  });
  const balanced = createBalancedProvider({
    endpoints: accounts.map(({ name, baseURL, azureV1BaseURL }, index) =>
      index % 2 === 0
        ? { type: 'openai', name, baseURL, apiKey: 'any' }
        : { type: 'azure', name, baseURL: azureV1BaseURL, apiKey: 'any' },
    ),
  });

  const texts: string[] = [];
  const converse = async (): Promise<void> => {
    while (texts.length < CONVERSATIONS) {
      const position = texts.push('') - 1;
      const { text } = await generateText({
        model: balanced('gpt-5'),
        messages: [weatherQuestion],
        tools: toolsOf(balanced),
        stopWhen: stepCountIs(6),
        maxRetries: 0,
      });
      texts[position] = text;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, converse));

  const isFirst = ({ input }: { readonly input: string | readonly Item[] }): boolean => input.length === 1;
  expect(accounts.map(({ requests }) => requests.filter(isFirst).length)).toEqual([250, 250, 250, 250]);
  expect(accounts.map(({ requests }) => requests.length)).toEqual([750, 750, 750, 750]);
  // Every item was where its reference was sent: no call was made twice, and nothing was sent in full without need.
  expect(accounts.flatMap(({ refusals }) => refusals)).toEqual([]);
  expect(new Set(texts)).toEqual(new Set([weatherAnswer]));
}, 60_000);
