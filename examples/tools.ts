/**
 * A tool loop of two steps: the model asks for the weather, then answers. Each step is a call of its own, and may be served
 * by another endpoint.
 *
 * Environment: OPENAI_API_KEY, or AZURE_API_BASE_URL_1 with AZURE_API_KEY_1, or both.
 */
import { generateText, isStepCount, tool } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { z } from 'zod';

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

const weather = tool({
  description: 'The weather in a city, now',
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => ({ city, sky: 'clear', celsius: 21 }),
});

const { steps } = await generateText({
  // Chat sends the whole conversation with each step. The Responses API refers to earlier steps by ids, which only the
  // endpoint that made them can resolve.
  model: balanced.chat('gpt-4.1-mini'),
  prompt: 'Do I need an umbrella in Lisbon?',
  tools: { weather },
  stopWhen: isStepCount(5),
});

for (const [index, step] of steps.entries()) {
  const toolCalls = step.toolCalls.map(({ toolName, input }) => `${toolName}(${JSON.stringify(input)})`);
  console.log(
    'step',
    index + 1,
    'from',
    step.providerMetadata?.['balanced']?.['endpoint'],
    '-',
    ...toolCalls,
    step.text,
  );
}
