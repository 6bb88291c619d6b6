import { type BalancedProvider, createBalancedProvider } from 'ai-sdk-load-balancer';

const shared = globalThis as { balanced?: BalancedProvider };

/**
 * One provider for the whole process, so that all requests share what is known about the endpoints. Next.js puts this module into
 * the process several times: for route handlers, for pages, and anew at each edit in development. `globalThis` is there once.
 *
 * The environment is read at the first call: `next build` needs no secrets.
 */
export const balanced = (shared.balanced ??= createBalancedProvider({
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
}));
