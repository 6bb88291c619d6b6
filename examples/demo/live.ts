import { createBalancedProvider } from 'ai-sdk-load-balancer';

import { Claims } from './claims.ts';
import { liveEndpoints } from './live-endpoints.ts';
import { Narrator } from './narrator.ts';
import { callMany, streamOne } from './workload.ts';

const CALLS_PER_ENDPOINT = 3;
const SHORT_PROMPT = 'Say hello in five words or fewer.';
const STREAM_PROMPT = 'In three sentences, what does a load balancer do?';

/** Balancing and streaming over the endpoints that the environment names. Returns whether all calls were answered. */
export async function demoLive(): Promise<boolean> {
  const modelId = process.env['MODEL'] ?? 'gpt-4.1-mini';
  const { endpoints, problems } = liveEndpoints(process.env, modelId);
  if (problems.length > 0) throw new Error(problems.join(' '));

  const balanced = createBalancedProvider({ endpoints });
  const { api } = balanced.status();
  const narrator = new Narrator(balanced);
  const claims = new Claims();
  const calls = CALLS_PER_ENDPOINT * endpoints.length;

  narrator.title(`${modelId} by the ${api === 'chat' ? 'Chat Completions' : 'Responses'} API, at real endpoints`);
  for (const { name, type, apiKeyEnv } of endpoints) {
    narrator.introduce(name, `${type === 'azure' ? 'Azure ' : 'OpenAI'}  key of ${apiKeyEnv}`);
  }

  narrator.heading(`${calls} calls`, 'Each digit is a call that was answered, and names the endpoint.');
  const work = callMany(balanced, { modelId, prompt: SHORT_PROMPT, calls, atATime: endpoints.length });
  const spread = await narrator.follow(work);
  narrator.chart(spread);
  claims.check(`${calls} calls answered`, [...spread.values()].reduce((sum, count) => sum + count, 0) === calls);

  narrator.heading('An answer streams', STREAM_PROMPT);
  const answer = await streamOne(balanced, { modelId, prompt: STREAM_PROMPT });
  claims.check(`the answer of ${answer.endpoint} is whole`, answer.text !== '' && answer.finishReason === 'stop');
  narrator.status();
  narrator.summary();
  return claims.allHold;
}
