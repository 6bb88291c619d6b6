import { describe, expect, it } from 'vitest';

import { MixedEmbeddingsError } from '../../../src/index.ts';
import { errorOf } from '../outcome.ts';
import { balancedOver } from './fake-models.ts';

/** An embedding model whose answers have vectors of these lengths, one after the other. */
function embedder(...lengths: readonly number[]) {
  const left = [...lengths];
  return balancedOver('v4', {
    doEmbed: async () => ({ embeddings: [Array.from({ length: left.shift() ?? 0 }, () => 0)], warnings: [] }),
  }).embeddingModel('m');
}

describe('the check of vectors’ lengths', () => {
  it.each([undefined, null])('takes options of a provider that are %s, as the AI SDK does', async (openai) => {
    const options = { values: ['a'], providerOptions: { openai } } as never;

    await expect(embedder(2).doEmbed(options)).resolves.toMatchObject({ embeddings: [[0, 0]] });
  });

  it('tells vectors of another length than before', async () => {
    const model = embedder(2, 3);
    await model.doEmbed({ values: ['a'] });

    expect(MixedEmbeddingsError.isInstance(await errorOf(model.doEmbed({ values: ['a'] })))).toBe(true);
  });

  it('takes vectors of another length when other dimensions were asked for', async () => {
    const model = embedder(2, 3);
    await model.doEmbed({ values: ['a'] });

    await expect(
      model.doEmbed({ values: ['a'], providerOptions: { openai: { dimensions: 3 } } }),
    ).resolves.toMatchObject({ embeddings: [[0, 0, 0]] });
  });
});
