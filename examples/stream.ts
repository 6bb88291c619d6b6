/**
 * A streamed answer. An endpoint that fails, stalls or hangs up before the first word is replaced, and the reader notices
 * nothing.
 *
 * Environment: OPENAI_API_KEY, or AZURE_API_BASE_URL_1 with AZURE_API_KEY_1, or both.
 */
import { streamText } from 'ai';
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
    // Only asked while no endpoint of a lower priority can serve.
    { type: 'openai', name: 'openai', apiKeyEnv: 'OPENAI_API_KEY', priority: 1 },
  ],
  onMissingCredentials: 'skip',
  // Off by default: how long a model may think before its first word depends on the model.
  timeout: { firstContentMs: 10_000, idleMs: 10_000 },
});

const result = streamText({
  model: balanced('gpt-4.1-mini'),
  prompt: 'Tell a story about three lighthouses in five sentences.',
  onError: ({ error }) => {
    // After the first word there is no way back: what has been read stays, and the failure is told here.
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
});

for await (const piece of result.textStream) process.stdout.write(piece);
process.stdout.write('\n');
