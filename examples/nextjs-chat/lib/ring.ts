import { type BalancedProvider, createBalancedProvider, type EndpointSettings } from 'ai-sdk-load-balancer';
import { redisState } from 'ai-sdk-load-balancer/redis';
import { createStatusHandler } from 'ai-sdk-load-balancer/status';

import { type Service, startFleet } from './fleet.ts';

/** What the process has one of. */
export interface Ring {
  readonly balanced: BalancedProvider;
  /** Answers with the page, the JSON and the events of the ring's status. */
  readonly status: (request: Request) => Promise<Response>;
  /** Empty with real endpoints. */
  readonly fleet: readonly Service[];
}

const shared = globalThis as { chatRing?: Promise<Ring> };

/** Next.js puts this module into the process several times, and anew at each edit in development. `globalThis` is there once. */
export const ring = (): Promise<Ring> => (shared.chatRing ??= start());

async function start(): Promise<Ring> {
  const { OPENAI_API_KEY, AZURE_API_KEY_1 } = process.env;
  const isReal = Boolean(OPENAI_API_KEY ?? AZURE_API_KEY_1);
  const fleet = isReal ? [] : await startFleet();
  const balanced = createBalancedProvider({
    endpoints: isReal ? REAL : fleet.map(({ name, baseURL }) => ({ type: 'openai', name, baseURL, apiKey: 'none' })),
    onMissingCredentials: 'skip',
    timeout: { firstContentMs: isReal ? 20_000 : 6_000, attemptMs: 120_000 },
    // So that each failure of the embedded fleet is seen at once.
    ...(!isReal && { failureThreshold: 1, cooldownMs: 10_000, maxWaitMs: 15_000 }),
    state: await sharedState(),
  });
  // The embedded fleet has nothing to hide. In an app with users, say here which of them are admins.
  const isOpen = !isReal || process.env.NODE_ENV === 'development';
  const status = createStatusHandler(balanced, { authorize: () => isOpen });
  return { balanced, status, fleet };
}

const REAL: readonly EndpointSettings[] = [
  { type: 'azure', name: 'azure', baseURLEnv: 'AZURE_API_BASE_URL_1', apiKeyEnv: 'AZURE_API_KEY_1' },
  { type: 'openai', name: 'openai', apiKeyEnv: 'OPENAI_API_KEY' },
];

/** With REDIS_URL, processes act as one; with UPSTASH_REDIS_REST_URL (and its token) over HTTP. */
async function sharedState() {
  const { REDIS_URL, UPSTASH_REDIS_REST_URL } = process.env;
  if (UPSTASH_REDIS_REST_URL) return redisState((await import('@upstash/redis')).Redis.fromEnv());
  if (!REDIS_URL) return undefined;
  const { createClient } = await import('redis');
  const client = createClient({ url: REDIS_URL }).on('error', (error: Error) => console.warn('Redis:', error.message));
  // Not waited for: the ring goes on by what it knows until the server answers.
  client.connect().catch(() => undefined);
  return redisState(client);
}
