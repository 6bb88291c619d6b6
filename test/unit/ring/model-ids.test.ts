import { NoSuchModelError } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';

import {
  type AzureEndpointSettings,
  type BalancedProvider,
  type BalancedProviderSettings,
  createBalancedProvider,
  type OpenAIEndpointSettings,
} from '../../../src/index.ts';
import { FakeEndpoint, prompt } from '../fake-endpoint.ts';
import { type FakeFetch, fakeFetch } from '../fake-fetch.ts';
import { thrownBy } from '../outcome.ts';

const openai = ({ fetch }: FakeFetch, more: Partial<OpenAIEndpointSettings> = {}): OpenAIEndpointSettings => ({
  type: 'openai',
  name: 'openai',
  apiKey: 'sk-1',
  fetch,
  ...more,
});
const azure = ({ fetch }: FakeFetch, more: Partial<AzureEndpointSettings> = {}): AzureEndpointSettings => ({
  type: 'azure',
  name: 'azure',
  resourceName: 'east',
  apiKey: 'k-1',
  fetch,
  ...more,
});

/** One OpenAI and one Azure endpoint: the names by which each is asked for a model. */
async function namesFor(
  id: string,
  settings: Partial<BalancedProviderSettings> = {},
  ofAzure: Partial<AzureEndpointSettings> = {},
) {
  const [atOpenAI, atAzure] = [fakeFetch(), fakeFetch()];
  const balanced = createBalancedProvider({
    endpoints: [openai(atOpenAI), azure(atAzure, ofAzure)],
    ...settings,
  });
  for (let call = 0; call < 2; call++) await balanced.chat(id).doGenerate({ prompt });
  return { openai: atOpenAI.sent[0]?.model, azure: atAzure.sent[0]?.model };
}

describe('a call by a model id', () => {
  it('goes to OpenAI by that id and to Azure by the deployment that it maps to', async () => {
    expect(await namesFor('gpt-4', { modelMapping: { 'gpt-4': 'gpt4' } })).toEqual({ openai: 'gpt-4', azure: 'gpt4' });
  });

  it('goes to every endpoint as it is when nothing maps it', async () => {
    expect(await namesFor('gpt-5', { modelMapping: { 'gpt-4': 'gpt4' } })).toEqual({ openai: 'gpt-5', azure: 'gpt-5' });
  });

  it('goes to an endpoint by the name in its own deployments, whatever modelMapping says', async () => {
    const names = await namesFor(
      'gpt-4',
      { modelMapping: { 'gpt-4': 'gpt4' } },
      { deployments: { 'gpt-4': 'gpt4-west' } },
    );

    expect(names).toEqual({ openai: 'gpt-4', azure: 'gpt4-west' });
  });

  it('is mapped once, not again by what it was mapped to', async () => {
    const modelMapping = { a: 'b', b: 'c' };

    expect(await namesFor('a', { modelMapping })).toEqual({ openai: 'a', azure: 'b' });
    expect(await namesFor('b', { modelMapping })).toEqual({ openai: 'b', azure: 'c' });
  });

  it.each(['constructor', '__proto__', 'toString'])('may be %s', async (id) => {
    expect(await namesFor(id, { modelMapping: { 'gpt-4': 'gpt4' } })).toEqual({ openai: id, azure: id });
  });

  it('reaches the deployment-based URL of a dated Azure version', async () => {
    const at = fakeFetch();
    const balanced = createBalancedProvider({
      endpoints: [azure(at, { apiVersion: '2024-10-21', deployments: { 'gpt-4': 'my gpt/4' } })],
    });

    await balanced('gpt-4').doGenerate({ prompt });

    expect(at.sent[0]?.url.href).toBe(
      'https://east.openai.azure.com/openai/deployments/my%20gpt%2F4/chat/completions?api-version=2024-10-21',
    );
  });

  it('reaches a third-party provider by the name in its deployments', async () => {
    const claude = new FakeEndpoint('claude');
    const balanced = createBalancedProvider({
      endpoints: [claude.settings({ models: ['gpt-4'], deployments: { 'gpt-4': 'claude-sonnet-4-5' } })],
    });

    await balanced('gpt-4').doGenerate({ prompt });

    expect(claude.attempts.map(({ modelId }) => modelId)).toEqual(['claude-sonnet-4-5']);
  });
});

describe('a call by an Azure deployment name', () => {
  it('is mapped back for OpenAI', async () => {
    expect(await namesFor('gpt4', { modelMapping: { 'gpt-4': 'gpt4' } })).toEqual({ openai: 'gpt-4', azure: 'gpt4' });
  });

  it('is mapped back when the name is that of one endpoint’s deployments', async () => {
    expect(await namesFor('gpt4-west', {}, { deployments: { 'gpt-4': 'gpt4-west' } })).toEqual({
      openai: 'gpt-4',
      azure: 'gpt4-west',
    });
  });

  it('shares its turns with calls by the model id', async () => {
    const [atOpenAI, atAzure] = [fakeFetch(), fakeFetch()];
    const balanced = createBalancedProvider({
      endpoints: [openai(atOpenAI), azure(atAzure)],
      modelMapping: { 'gpt-4': 'gpt4' },
    });

    for (const id of ['gpt-4', 'gpt4', 'gpt-4', 'gpt4']) await balanced.chat(id).doGenerate({ prompt });

    expect([atOpenAI.sent.length, atAzure.sent.length]).toEqual([2, 2]);
  });

  it('is passed as it is when it stands for several model ids', async () => {
    const modelMapping = { 'gpt-4': 'shared', 'gpt-4o': 'shared' };

    expect(await namesFor('shared', { modelMapping })).toEqual({ openai: 'shared', azure: 'shared' });
  });

  it('is passed as it is when two endpoints mean different models by it', async () => {
    const names = await namesFor(
      'shared',
      { modelMapping: { 'gpt-4': 'shared' } },
      { deployments: { 'gpt-4o': 'shared' } },
    );

    expect(names).toEqual({ openai: 'shared', azure: 'shared' });
  });
});

describe('the setting models', () => {
  it('lists the only models that an endpoint is asked for', async () => {
    const [at, everywhere] = [fakeFetch(), fakeFetch()];
    const balanced = createBalancedProvider({
      endpoints: [openai(at, { models: ['gpt-4'] }), azure(everywhere)],
    });

    for (const id of ['gpt-4', 'gpt-4', 'gpt-5', 'gpt-5']) await balanced.chat(id).doGenerate({ prompt });

    expect(at.sent.map(({ model }) => model)).toEqual(['gpt-4']);
    expect(everywhere.sent.map(({ model }) => model)).toEqual(['gpt-4', 'gpt-5', 'gpt-5']);
  });

  it('lists logical ids: a call by the deployment name of one counts as a call by its id', async () => {
    const at = fakeFetch();
    const balanced = createBalancedProvider({
      endpoints: [azure(at, { models: ['gpt-4'], deployments: { 'gpt-4': 'gpt4' } })],
    });

    await balanced.chat('gpt4').doGenerate({ prompt });

    expect(at.sent.map(({ model }) => model)).toEqual(['gpt4']);
  });
});

describe('a model that no endpoint has', () => {
  const refusal = (act: (balanced: BalancedProvider) => unknown, settings: BalancedProviderSettings) => {
    const error = thrownBy(() => act(createBalancedProvider(settings)));
    if (!NoSuchModelError.isInstance(error)) throw error;
    return error;
  };

  it('is a NoSuchModelError that names every endpoint that was asked', () => {
    const endpoints = [openai(fakeFetch(), { models: ['gpt-4'] }), azure(fakeFetch(), { models: ['gpt-4o'] })];

    const error = refusal((balanced) => balanced('gpt-5'), { endpoints });

    expect(error).toMatchObject({ modelId: 'gpt-5', modelType: 'languageModel' });
    expect(error.message).toMatch(/openai.*azure/);
  });

  it.each(['completion', 'embeddingModel', 'imageModel', 'transcriptionModel', 'speechModel'] as const)(
    'is a NoSuchModelError when no provider has any %s',
    (member) => {
      const endpoints = [new FakeEndpoint('claude').settings(), new FakeEndpoint('gemini').settings()];

      const { message } = refusal((balanced) => balanced[member]('any'), { endpoints });

      expect(message).toMatch(/claude.*gemini/);
    },
  );
});

describe('a model that only some endpoints have', () => {
  it('is served by these', () => {
    const endpoints = [new FakeEndpoint('claude').settings(), openai(fakeFetch())];
    const balanced = createBalancedProvider({ endpoints });

    expect(balanced.embeddingModel('text-embedding-3-small').modelId).toBe('text-embedding-3-small');
  });
});
