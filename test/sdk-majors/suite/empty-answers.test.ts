import { embed, embedMany } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { startServices } from '../../support/start-services.ts';
import { vectorOf } from '../../support/wire/embeddings.ts';
import { json } from '../../support/wire/wire-answers.ts';
import { openAI } from './endpoints.ts';

const vectors = (...embeddings: readonly (readonly number[])[]) =>
  json({
    object: 'list',
    data: embeddings.map((embedding, index) => ({ object: 'embedding', index, embedding })),
    model: 'text-embedding-3-small',
    usage: { prompt_tokens: 1, total_tokens: 1 },
  });

describe('an endpoint whose answer to embeddings', () => {
  it.each([
    ['is empty', vectors()],
    ['holds fewer vectors than values', vectors([1, 2, 3])],
    ['holds an empty vector', vectors([1, 2, 3], [])],
  ])('%s has failed, and the next one is asked', async (_, sent) => {
    const [failing, healthy] = await startServices('failing', 'healthy');
    failing.behave(sent);
    const balanced = createBalancedProvider({ endpoints: [openAI(failing), openAI(healthy)], loadBalancing: false });
    const attempts: unknown[] = [];
    balanced.on('attempt', ({ endpoint, code }) => void attempts.push([endpoint, code]));
    const model = balanced.embeddingModel('text-embedding-3-small');

    const { embeddings } = await embedMany({ model, values: ['a', 'b'], maxRetries: 0 });

    expect(embeddings).toEqual([vectorOf('a'), vectorOf('b')]);
    expect(attempts).toEqual([
      ['failing', 'empty_answer'],
      ['healthy', undefined],
    ]);
  });

  it('has a vector of the wrong length once does not spoil the later ones', async () => {
    const [service] = await startServices('service');
    service.behaveOnce(vectors([1, 2, 3, 4, 5]));
    const balanced = createBalancedProvider({ endpoints: [openAI(service)] });
    const ask = () => embed({ model: balanced.embeddingModel('text-embedding-3-small'), value: 'a', maxRetries: 0 });
    // Of two answers that differ, which one is wrong cannot be told.
    await ask();
    await ask().catch(() => undefined);

    for (let call = 0; call < 5; call++) expect((await ask()).embedding).toEqual(vectorOf('a'));
  });
});
