/**
 * Embeddings of many values. The AI SDK cuts them into chunks, and each chunk goes to the endpoint whose turn it is.
 *
 * Environment: OPENAI_API_KEY, or AZURE_API_BASE_URL_1 with AZURE_API_KEY_1, or both.
 */
import { cosineSimilarity, embed, embedMany } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';

const balanced = createBalancedProvider({
  endpoints: [
    {
      type: 'azure',
      name: 'eastus',
      baseURLEnv: 'AZURE_API_BASE_URL_1',
      apiKeyEnv: 'AZURE_API_KEY_1',
      apiVersion: '2024-10-21',
    },
    { type: 'openai', name: 'openai', apiKeyEnv: 'OPENAI_API_KEY' },
  ],
  onMissingCredentials: 'skip',
});
// The same model everywhere: vectors of different models cannot be compared, and the provider refuses to mix them.
const model = balanced.embeddingModel('text-embedding-3-small');

const values = [
  'The ferry leaves at noon.',
  'Our cat sleeps on the printer.',
  'The night train to Vienna is late.',
  'A recipe for lentil soup.',
];
const { embeddings } = await embedMany({ model, values });
const { embedding: question } = await embed({ model, value: 'public transport' });

const ranked = embeddings
  .map((embedding, index) => ({ value: values[index], similarity: cosineSimilarity(question, embedding) }))
  .toSorted((a, b) => b.similarity - a.similarity);
for (const { value, similarity } of ranked) console.log(`${similarity.toFixed(3)}  ${value}`);
