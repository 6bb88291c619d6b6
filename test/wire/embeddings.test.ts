import { embed, embedMany } from 'ai';
import { describe, expect, it } from 'vitest';

import { createBalancedProvider, MixedEmbeddingsError } from '../../src/index.ts';
import { answer, status } from '../support/behaviour.ts';
import { azureV1, openAI } from '../support/endpoints.ts';
import { startServices } from '../support/start-services.ts';
import { vectorOf } from '../support/wire/embeddings.ts';

const id = 'text-embedding-3-small';

describe('embeddings', () => {
  it('are refused by a ring whose names tell that its models differ', async () => {
    const [one, two] = await startServices('one', 'two');
    const balanced = createBalancedProvider({
      endpoints: [openAI(one), openAI(two, { deployments: { [id]: 'text-embedding-ada-002' } })],
    });

    expect(() => balanced.embeddingModel(id)).toThrow(MixedEmbeddingsError);
  });

  it('come from an Azure deployment of any name', async () => {
    const [one, two] = await startServices('one', 'two');
    const balanced = createBalancedProvider({
      endpoints: [openAI(one), azureV1(two, { deployments: { [id]: 'my-embeddings' } })],
    });

    const { embedding } = await embed({ model: balanced.embeddingModel(id), value: 'a value' });

    expect(embedding).toEqual(vectorOf('a value'));
  });

  it('end in an error when the vectors of one endpoint differ in length from those of another', async () => {
    const [one, two] = await startServices('one', 'two');
    two.behave(answer({ dimensions: 5 }));
    const balanced = createBalancedProvider({ endpoints: [openAI(one), openAI(two)] });
    const model = balanced.embeddingModel(id);
    await embed({ model, value: 'a value' });

    const error = await embed({ model, value: 'a value' }).catch((reason: unknown) => reason);

    expect(MixedEmbeddingsError.isInstance(error)).toBe(true);
  });

  it('may differ when the settings allow it', async () => {
    const [one, two] = await startServices('one', 'two');
    two.behave(answer({ dimensions: 5 }));
    const balanced = createBalancedProvider({
      endpoints: [openAI(one), openAI(two)],
      allowMixedEmbeddings: true,
    });
    const model = balanced.embeddingModel(id);

    const lengths = [];
    for (let call = 0; call < 2; call++) {
      lengths.push((await embed({ model, value: 'a value' })).embedding.length);
    }

    expect(lengths).toEqual([3, 5]);
  });

  it('of embedMany lose no chunk when an endpoint fails in between', async () => {
    const [one, two, three] = await startServices('one', 'two', 'three');
    two.behave(status(500));
    const balanced = createBalancedProvider({
      endpoints: [one, two, three].map((service) => openAI(service)),
    });
    const values = Array.from({ length: 4 * 2048 }, (_, index) => `value ${index}`);

    const { embeddings } = await embedMany({
      model: balanced.embeddingModel(id),
      values,
      maxRetries: 0,
    });

    expect(embeddings).toEqual(values.map((value) => vectorOf(value)));
  });
});
