import { describe, expect, it } from 'vitest';

import { type ProviderOptions, user } from './prompts.ts';
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
});
