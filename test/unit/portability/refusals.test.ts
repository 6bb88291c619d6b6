import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { assistant, text } from './prompts.ts';
import { answer, from, question, refusal, ringOf, type Service } from './responses-ring.ts';

const answered = (more = {}) =>
  assistant(
    { type: 'reasoning', text: '', providerOptions: { openai: { itemId: 'rs_12345' }, ...more } },
    text('Hello', { openai: { itemId: 'msg_12345' }, ...more }),
  );

describe('a refusal of a call that goes on from a stored response', () => {
  it('because an item is there twice stands: sent in full, it would be there twice all the same', async () => {
    const { ask, sent } = ringOf({ a: ['openai', () => refusal('Duplicate item found with id rs_12345.', 400)] });

    const asked = ask({
      prompt: [answered(from('a')), question('And?')],
      providerOptions: { openai: { previousResponseId: 'resp_0' } },
    });

    await expect(asked).rejects.toThrow('Duplicate item');
    expect(sent.a).toHaveLength(1);
  });
});

describe('two attempts at once', () => {
  it('that both refuse what they do not know are both made again in full, and nobody is blamed', async () => {
    const knowsNothing =
      (afterMs: number): Service =>
      async ({ input }) => {
        await sleep(afterMs);
        return input.some(({ type }) => type === 'item_reference')
          ? refusal("Item with id 'rs_12345' not found.")
          : answer();
      };
    const { ask, balanced } = ringOf(
      { a: ['openai', knowsNothing(60)], b: ['openai', knowsNothing(40)] },
      { hedge: { afterMs: 10, maxExtra: 1 } },
    );

    await ask({ prompt: [answered(), question('And?')] });

    const deployments = balanced.status().endpoints.flatMap((endpoint) => endpoint.deployments);
    expect(deployments.map(({ failures }) => failures)).toEqual([0, 0]);
  });
});
