import { createBalancedProvider, type BalancedProvider, type EndpointSettings } from 'ai-sdk-load-balancer';

import { sdkMajor } from '../sdk-majors/suite/sdk-major.ts';
import type { SoakService } from './soak-service.ts';

/** Two OpenAI and two Azure endpoints, short times for everything, and settings that differ in what they switch on. */
export function makeProviders(services: readonly SoakService[]): readonly BalancedProvider[] {
  const endpoints = services.map(({ name, origin }, index): EndpointSettings => {
    const apiKey = 'key-of-a-soak-service';
    if (index % 2 === 0) return { type: 'openai', name, apiKey, baseURL: `${origin}/v1` };
    const models = ['gpt-4', 'gpt-3.5-turbo-instruct', 'text-embedding-3-small', 'gpt-image-1', 'whisper-1'];
    const dated = sdkMajor === 4 ? { apiVersion: '2024-10-21', models } : {};
    return { type: 'azure', name, apiKey, baseURL: `${origin}/openai${sdkMajor === 4 ? '' : '/v1'}`, ...dated };
  });
  const times = {
    cooldownMs: { initialMs: 5, factor: 2, maxMs: 50 },
    misconfiguredCooldownMs: 30,
    maxRateLimitMs: 200,
    maxWaitMs: 10_000,
    totalTimeoutMs: 20_000,
    timeout: { firstContentMs: 500, idleMs: 500, attemptMs: 2_000 },
    retry: { rounds: 4, minDelayMs: 1, maxDelayMs: 10 },
  };
  return [
    createBalancedProvider({ endpoints, ...times }),
    createBalancedProvider({ endpoints, ...times, hedge: { afterMs: 20, maxExtra: 0.3 }, picker: 'fastest' }),
    createBalancedProvider({
      endpoints: endpoints.map((endpoint) => ({ ...endpoint, maxConcurrency: 8 })),
      ...times,
      picker: 'least-busy',
    }),
    createBalancedProvider({
      endpoints: endpoints.map((endpoint, index) => ({ ...endpoint, priority: index % 2, weight: index + 1 })),
      ...times,
      failoverOn: ['content-filter', 'context-length'],
    }),
  ];
}
