import { describe, expect, it } from 'vitest';

import { alignKeys } from '../../../src/portability/bound-options.ts';
import type { ProviderOptions } from './prompts.ts';

describe('options of a part under both keys', () => {
  it("are Azure's own where it reads them under the key of OpenAI, with what that key alone holds", () => {
    const options = {
      openai: { itemId: 'msg_1', imageDetail: 'low' },
      azure: { itemId: 'msg_2', imageDetail: 'high' },
    };

    expect(alignKeys(options, { read: 'openai', own: 'azure' })['openai']).toEqual({
      itemId: 'msg_1',
      imageDetail: 'high',
    });
  });

  it('are left as they are when a database has made two objects of one', () => {
    const written = { itemId: 'msg_12345', annotations: [{ type: 'url' }], phase: 'final_answer' };
    const stored = JSON.parse(JSON.stringify({ openai: written, azure: written })) as ProviderOptions;

    expect(alignKeys(stored, { read: 'azure', own: 'azure' })).toBe(stored);
  });
});
