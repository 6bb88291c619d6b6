import { describe, expect, it } from 'vitest';

import { carryOver } from '../../../src/portability/bound-options.ts';
import type { ProviderOptions } from '../../../src/portability/prompt.ts';
import { user } from './prompts.ts';
import { answer, type Item, ringOf } from './responses-ring.ts';

describe('options of a part under both keys', () => {
  const picture = (providerOptions: ProviderOptions) =>
    user({ type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'aGVsbG8=' }, providerOptions });

  /** The picture as a service is sent it. */
  async function sentTo(type: 'openai' | 'azure', providerOptions: ProviderOptions): Promise<Item | undefined> {
    const { ask, sent } = ringOf({ only: [type, () => answer()] });
    await ask({ prompt: [picture(providerOptions)] });
    const content = sent.only[0]?.input[0]?.['content'] as readonly Item[] | undefined;
    return content?.[0];
  }

  it.each(['openai', 'azure'] as const)('are merged, key by key, for %s', async (type) => {
    const other = type === 'openai' ? 'azure' : 'openai';
    const breakpoint = { mode: 'explicit' };

    const sent = await sentTo(type, { [other]: { imageDetail: 'low' }, [type]: { promptCacheBreakpoint: breakpoint } });

    expect(sent).toMatchObject({ detail: 'low', prompt_cache_breakpoint: breakpoint });
  });

  it.each(['openai', 'azure'] as const)("are those of %s's own key where both have one", async (type) => {
    const other = type === 'openai' ? 'azure' : 'openai';

    expect(await sentTo(type, { [other]: { imageDetail: 'low' }, [type]: { imageDetail: 'high' } })).toMatchObject({
      detail: 'high',
    });
  });

  it("are Azure's own where it reads them under the key of OpenAI, with what that key alone holds", () => {
    const options = {
      openai: { itemId: 'msg_1', imageDetail: 'low' },
      azure: { itemId: 'msg_2', imageDetail: 'high' },
    };

    expect(carryOver(options, { read: 'openai', own: 'azure' })['openai']).toEqual({
      itemId: 'msg_1',
      imageDetail: 'high',
    });
  });

  it('are left as they are when a database has made two objects of one', () => {
    const written = { itemId: 'msg_12345', annotations: [{ type: 'url' }], phase: 'final_answer' };
    const stored = JSON.parse(JSON.stringify({ openai: written, azure: written })) as ProviderOptions;

    expect(carryOver(stored, { read: 'azure', own: 'azure' })).toBe(stored);
  });
});
