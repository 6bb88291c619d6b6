/** Asks one endpoint with a time limit of one second, and writes how its attempts ended. */
import { createBalancedProvider } from '../../src/index.ts';

const [, , baseURL = ''] = process.argv;
const balanced = createBalancedProvider({
  endpoints: [{ type: 'openai', apiKey: 'sk-of-a-fake-service', baseURL }],
  timeout: { attemptMs: 1_000 },
  failureThreshold: 1,
  retry: { rounds: 1 },
});
const attempts: string[] = [];
balanced.on('attempt', (attempt) => void attempts.push(attempt.class));

await balanced
  .chat('gpt-4')
  .doGenerate({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'Who are you?' }] }] })
  .then(undefined, () => undefined);

console.log(JSON.stringify({ attempts, state: balanced.status().endpoints[0]?.deployments[0]?.state }));
