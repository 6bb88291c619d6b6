/**
 * A balanced provider is an AI SDK provider: it goes into registries, under names of your own, and behind middleware.
 *
 * Environment: OPENAI_API_KEY, or AZURE_API_BASE_URL_1 with AZURE_API_KEY_1, or both.
 */
import {
  createProviderRegistry,
  customProvider,
  defaultSettingsMiddleware,
  embed,
  generateText,
  wrapLanguageModel,
} from 'ai';
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

const named = customProvider({
  languageModels: {
    fast: balanced('gpt-4.1-nano'),
    steady: wrapLanguageModel({
      model: balanced('gpt-4.1-mini'),
      middleware: defaultSettingsMiddleware({ settings: { temperature: 0 } }),
    }),
  },
  embeddingModels: { search: balanced.embeddingModel('text-embedding-3-small') },
  // Every other model id.
  fallbackProvider: balanced,
});

const registry = createProviderRegistry({ our: named, balanced });

for (const id of ['our:fast', 'our:steady', 'our:gpt-4.1', 'balanced:gpt-4.1'] as const) {
  const { text } = await generateText({
    model: registry.languageModel(id),
    prompt: 'Say hello in five words or fewer.',
  });
  console.log(`${id}: ${text}`);
}
const { embedding } = await embed({ model: registry.embeddingModel('our:search'), value: 'hello' });
console.log(`our:search: a vector of ${embedding.length} numbers`);
