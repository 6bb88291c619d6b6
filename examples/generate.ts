/**
 * Three questions, each answered by the endpoint whose turn it is.
 *
 * Environment: OPENAI_API_KEY; AZURE_API_BASE_URL_1 and _2 with AZURE_API_KEY_1 and _2. Any of the three will do.
 */
import { generateText } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';

const balanced = createBalancedProvider({
  endpoints: [
    {
      type: 'azure',
      name: 'eastus',
      baseURLEnv: 'AZURE_API_BASE_URL_1', // https://my-eastus.openai.azure.com
      apiKeyEnv: 'AZURE_API_KEY_1',
      apiVersion: '2024-10-21',
    },
    {
      type: 'azure',
      name: 'westus',
      baseURLEnv: 'AZURE_API_BASE_URL_2',
      apiKeyEnv: 'AZURE_API_KEY_2',
      apiVersion: '2024-10-21',
      // What the model's deployment is called there, when it is not called like the model.
      deployments: { 'gpt-4.1-mini': process.env['AZURE_DEPLOYMENT_2'] ?? 'gpt-4.1-mini' },
    },
    { type: 'openai', name: 'openai', apiKeyEnv: 'OPENAI_API_KEY' },
  ],
  // Endpoints whose variables are not set are left out, as long as one remains.
  onMissingCredentials: 'skip',
});

for (const city of ['Lisbon', 'Nairobi', 'Osaka']) {
  const { text, providerMetadata } = await generateText({
    model: balanced('gpt-4.1-mini'),
    prompt: `What is ${city} known for? One sentence.`,
  });
  console.log('from', providerMetadata?.['balanced']?.['endpoint'], '-', text);
}
