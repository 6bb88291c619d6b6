import { embed, generateText } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { startServices } from '../../support/start-services.ts';
import { azure, datedAzure, openAI } from './endpoints.ts';
import { sdkMajor } from './sdk-major.ts';

const prompt = 'Who are you?';

describe('a call by', () => {
  it('a model id goes to its Azure deployment, and to OpenAI by the id as it is', async () => {
    const [atOpenAI, atAzure] = await startServices('openai', 'azure');
    const balanced = createBalancedProvider({
      endpoints: [openAI(atOpenAI), azure(atAzure)],
      modelMapping: { 'gpt-4': 'gpt4' },
    });

    await generateText({ model: balanced('gpt-4'), prompt });
    await generateText({ model: balanced('gpt-4'), prompt });

    expect([atOpenAI.requests[0]?.model, atAzure.requests[0]?.model]).toEqual(['gpt-4', 'gpt4']);
  });

  it('an Azure deployment name goes to OpenAI by the model id', async () => {
    const [atOpenAI, atAzure] = await startServices('openai', 'azure');
    const balanced = createBalancedProvider({
      endpoints: [openAI(atOpenAI), azure(atAzure)],
      modelMapping: { 'gpt-4': 'gpt4' },
    });

    await generateText({ model: balanced('gpt4'), prompt });
    await generateText({ model: balanced('gpt4'), prompt });

    expect([atOpenAI.requests[0]?.model, atAzure.requests[0]?.model]).toEqual(['gpt-4', 'gpt4']);
  });

  it('a model id goes by the name in the endpoint’s deployments rather than by modelMapping', async () => {
    const [east, west] = await startServices('east', 'west');
    const balanced = createBalancedProvider({
      endpoints: [azure(east), azure(west, { deployments: { 'gpt-4': 'gpt4-west' } })],
      modelMapping: { 'gpt-4': 'gpt4' },
    });

    await generateText({ model: balanced('gpt-4'), prompt });
    await generateText({ model: balanced('gpt-4'), prompt });

    expect([east.requests[0]?.model, west.requests[0]?.model]).toEqual(['gpt4', 'gpt4-west']);
  });

  it('the id of an embedding model is mapped like that of a language model', async () => {
    const [service] = await startServices('azure');
    const balanced = createBalancedProvider({
      endpoints: [azure(service, { deployments: { 'text-embedding-3-small': 'embed-3' } })],
    });

    await embed({ model: balanced.embeddingModel('text-embedding-3-small'), value: 'a value' });

    expect(service.requests[0]?.model).toBe('embed-3');
  });
});

describe('an Azure endpoint with a dated api-version', () => {
  it('is asked at the URL of the deployment, with the version', async () => {
    const [service] = await startServices('dated');
    const balanced = createBalancedProvider({
      endpoints: [datedAzure(service)],
      modelMapping: { 'gpt-4': 'gpt4' },
    });

    await generateText({ model: balanced('gpt-4'), prompt });

    expect(service.requests[0]).toMatchObject({
      path: '/openai/deployments/gpt4/chat/completions',
      query: { 'api-version': '2024-10-21' },
      headers: { 'api-key': 'key-of-a-fake-resource' },
    });
  });

  it('is asked for embeddings at the URL of the deployment', async () => {
    const [service] = await startServices('dated');
    const balanced = createBalancedProvider({ endpoints: [datedAzure(service)] });

    await embed({ model: balanced.embeddingModel('text-embedding-3-small'), value: 'a value' });

    expect(service.requests[0]).toMatchObject({
      path: '/openai/deployments/text-embedding-3-small/embeddings',
      query: { 'api-version': '2024-10-21' },
    });
  });
});

describe('a reasoning model behind a deployment with an odd name', () => {
  it.each(['o3-mini', 'gpt-5'])('keeps the reasoning effort of %s in Chat', async (id) => {
    const [service] = await startServices('dated');
    const balanced = createBalancedProvider({
      endpoints: [datedAzure(service)],
      modelMapping: { [id]: 'my-dep' },
    });

    await generateText({
      model: balanced.chat(id),
      prompt,
      providerOptions: { openai: { reasoningEffort: 'low' } },
    });

    expect(service.requests[0]?.deployment).toBe('my-dep');
    expect(service.requests[0]?.json).toMatchObject({ reasoning_effort: 'low', model: 'my-dep' });
  });

  it.skipIf(sdkMajor === 4)('keeps the reasoning effort in Responses', async () => {
    const [service] = await startServices('azure');
    const balanced = createBalancedProvider({
      endpoints: [azure(service)],
      modelMapping: { 'gpt-5': 'my-dep' },
    });

    await generateText({
      model: balanced.responses('gpt-5'),
      prompt,
      providerOptions: { openai: { reasoningEffort: 'low' } },
    });

    expect(service.requests[0]?.json).toMatchObject({
      reasoning: { effort: 'low' },
      model: 'my-dep',
    });
  });
});
