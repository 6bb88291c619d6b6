/**
 * What happens behind the calls: events for your log and your metrics, and `status()` for a health page. Neither holds a
 * key, a header or a prompt.
 *
 * Environment: OPENAI_API_KEY, or AZURE_API_BASE_URL_1 with AZURE_API_KEY_1, or both.
 */
import { generateText } from 'ai';
import { AllEndpointsFailedError, createBalancedProvider } from 'ai-sdk-load-balancer';

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

balanced.on('attempt', ({ endpoint, class: outcome, statusCode, durationMs }) => {
  console.log(`attempt: ${endpoint} ${outcome} ${statusCode ?? '-'} ${Math.round(durationMs)} ms`);
});
balanced.on('failover', ({ from, to, class: cause }) => console.log(`failover: ${from} -> ${to} (${cause})`));
balanced.on('rateLimited', ({ endpoint, retryAfterMs }) =>
  console.log(`rateLimited: ${endpoint} for ${retryAfterMs} ms`),
);
balanced.on('cooldown', ({ endpoint, cooldownMs }) => console.log(`cooldown: ${endpoint} for ${cooldownMs} ms`));
balanced.on('recovered', ({ endpoint }) => console.log(`recovered: ${endpoint}`));
balanced.on('exhausted', ({ attempts }) => console.log(`exhausted: after ${attempts.length} attempts`));

try {
  for (let call = 0; call < 4; call += 1) {
    await generateText({ model: balanced('gpt-4.1-mini'), prompt: 'Say hello in five words or fewer.' });
  }
} catch (error) {
  if (!AllEndpointsFailedError.isInstance(error)) throw error;
  // One sentence that says which endpoints failed and how.
  console.error(error.message);
  process.exitCode = 1;
}

console.table(
  balanced.status().endpoints.flatMap(({ name, isSkipped, state, deployments }) =>
    deployments.map(({ deployment, state: breaker, failures, rateLimitedMs }) => ({
      endpoint: isSkipped ? `${name} (left out)` : name,
      deployment,
      breaker: state === 'closed' ? breaker : state,
      failures,
      rateLimitedMs,
    })),
  ),
);
