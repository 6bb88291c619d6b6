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

  it('is not spoilt for good by one wrong answer, be it the first', async () => {
    const model = embedder(3, 2, 2, 3, 2);
    const lengths = [];
    for (let call = 0; call < 5; call++) {
      const outcome = await model.doEmbed({ values: ['a'] }).then(
        ({ embeddings }) => embeddings[0]?.length,
        () => 'refused',
      );
      lengths.push(outcome);
    }

    // Of two answers that differ, which one is wrong cannot be told.
    expect(lengths).toEqual([3, 'refused', 2, 'refused', 2]);
  });

  it('goes with the endpoints when all of them have another model from now on', async () => {
    const model = embedder(...Array<number>(100).fill(2), ...Array<number>(10).fill(3));
    for (let call = 0; call < 100; call++) await model.doEmbed({ values: ['a'] });
    for (let call = 0; call < 8; call++) await errorOf(model.doEmbed({ values: ['a'] }));

    await expect(model.doEmbed({ values: ['a'] })).resolves.toMatchObject({ embeddings: [[0, 0, 0]] });
  });

  it('takes vectors of another length when other dimensions were asked for', async () => {
    const model = embedder(2, 3);
    await model.doEmbed({ values: ['a'] });

    await expect(
      model.doEmbed({ values: ['a'], providerOptions: { openai: { dimensions: 3 } } }),
    ).resolves.toMatchObject({ embeddings: [[0, 0, 0]] });
  });
});
