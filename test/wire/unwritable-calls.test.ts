import { expect, it } from 'vitest';

import { createBalancedProvider } from '../../src/index.ts';
import { openAI } from '../support/endpoints.ts';
import { startServices } from '../support/start-services.ts';

const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Who are you?' }] }];

it('a call that cannot be written as JSON is at fault itself, also while other calls are under way', async () => {
  const [one, two] = await startServices('one', 'two');
  const balanced = createBalancedProvider({
    endpoints: [openAI(one), openAI(two)],
    loadBalancing: false,
    failureThreshold: 1,
  });
  const model = balanced.chat('gpt-4');
  const classes: string[] = [];
  balanced.on('attempt', (attempt) => void classes.push(attempt.class));
  const tool = { type: 'function' as const, name: 'count', inputSchema: { default: 1n as never } };

  const [, , bad] = await Promise.allSettled([
    model.doGenerate({ prompt }),
    model.doGenerate({ prompt }),
    model.doGenerate({ prompt, tools: [tool] }),
  ]);

  expect(bad).toMatchObject({ status: 'rejected', reason: { name: 'TypeError' } });
  expect(classes.toSorted()).toEqual(['rejected', 'success', 'success']);
  expect(balanced.status().endpoints.map(({ state }) => state)).toEqual(['closed', 'closed']);
});
