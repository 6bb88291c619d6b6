import { describe, expect, it } from 'vitest';

import { alignKeys } from '../../../src/portability/align-options.ts';

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
});
