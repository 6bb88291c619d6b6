import { createAzure } from '@ai-sdk/azure';
import { generateText, streamText } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { interrupted, status } from '../../support/behaviour.ts';
import { readStream } from '../../support/read-stream.ts';
import { startFailingAndHealthy, startServices } from '../../support/start-services.ts';
import { openAI } from './endpoints.ts';
import { sdkMajor } from './sdk-major.ts';

const prompt = 'Who are you?';

describe('providerMetadata.balanced', () => {
  it('names the endpoint that answered generateText, and counts the attempts', async () => {
    const [failing, healthy] = await startFailingAndHealthy(status(500));
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing), openAI(healthy)],
      loadBalancing: false,
    });

    const { providerMetadata } = await generateText({ model: balanced('gpt-4'), prompt });

    expect(providerMetadata?.['balanced']).toMatchObject({ endpoint: 'healthy', attempts: 2 });
  });

  it('names the endpoint that answered streamText', async () => {
    const [failing, healthy] = await startFailingAndHealthy(interrupted('preamble', 'end'));
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing), openAI(healthy)],
      loadBalancing: false,
    });

    const result = streamText({ model: balanced('gpt-4'), prompt });
    await readStream(result.fullStream);

    expect((await result.providerMetadata)?.['balanced']).toMatchObject({
      endpoint: 'healthy',
      attempts: 2,
    });
  });

  it('is left out when metadata is false', async () => {
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: [openAI(service)], metadata: false });

    const { providerMetadata } = await generateText({ model: balanced('gpt-4'), prompt });
    const result = streamText({ model: balanced('gpt-4'), prompt });
    await readStream(result.fullStream);

    expect(providerMetadata ?? {}).not.toHaveProperty('balanced');
    expect((await result.providerMetadata) ?? {}).not.toHaveProperty('balanced');
  });
});

describe('a DeepSeek model at Azure', () => {
  it.runIf(sdkMajor >= 5)('has the metadata of OpenAI’s models in answers as in streams', async () => {
    const [service] = await startServices('alone');
    const azure = createAzure({ baseURL: service.azureV1BaseURL, apiKey: 'key-of-a-fake-resource' });
    const balanced = createBalancedProvider({
      endpoints: [{ provider: { languageModel: (id: string) => azure.deepseek(id) } }],
    });

    const answer = await generateText({ model: balanced.languageModel('DeepSeek-V3.1'), prompt });
    const result = streamText({ model: balanced.languageModel('DeepSeek-V3.1'), prompt });
    await readStream(result.fullStream);
    const streamed = await result.providerMetadata;

    expect(answer.providerMetadata).toHaveProperty('azure');
    expect(answer.providerMetadata?.['openai']).toEqual(answer.providerMetadata?.['azure']);
    expect(Object.keys(answer.providerMetadata ?? {}).toSorted()).toEqual(Object.keys(streamed ?? {}).toSorted());
  });
});
