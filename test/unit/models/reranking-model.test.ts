import { rerank } from 'ai';
import { describe, expect, it } from 'vitest';

import { createBalancedProvider } from '../../../src/index.ts';
import { apiError } from '../api-error.ts';
import { balancedOver } from './fake-models.ts';

describe('a reranking model', () => {
  it('goes to the next endpoint when one fails', async () => {
    const balanced = balancedOver(
      'v4',
      { doRerank: () => Promise.reject(apiError(503)) },
      { doRerank: async () => ({ ranking: [{ index: 1, relevanceScore: 0.9 }] }) },
    );

    const { rerankedDocuments, providerMetadata } = await rerank({
      model: balanced.rerankingModel('rank'),
      query: 'a house',
      documents: ['a tree', 'a hut'],
    });

    expect(rerankedDocuments).toEqual(['a hut']);
    expect(providerMetadata).toMatchObject({ balanced: { endpoint: 'e1', attempts: 2 } });
  });

  it('is refused by name where no endpoint has one', () => {
    const balanced = createBalancedProvider({ endpoints: [{ type: 'openai', name: 'a', apiKey: 'key' }] });

    expect(() => balanced.rerankingModel('rank')).toThrow('a (its provider has no reranking models)');
  });
});
