import { NoSuchModelError } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';

import { createBalancedProvider, type EndpointSettings } from '../../../src/index.ts';
import { FakeEndpoint, prompt } from '../fake-endpoint.ts';
import { fakeFetch } from '../fake-fetch.ts';
import { thrownBy } from '../outcome.ts';

const openai: EndpointSettings = { type: 'openai', apiKey: 'sk-1' };
const azure: EndpointSettings = { type: 'azure', resourceName: 'east', apiKey: 'k-1' };
const dated: EndpointSettings = { ...azure, apiVersion: '2024-10-21' };
const claude = new FakeEndpoint('claude').settings();

describe('balanced(id) uses', () => {
  it.each<['chat' | 'responses', string, readonly EndpointSettings[]]>([
    ['responses', 'OpenAI alone', [openai]],
    ['responses', 'OpenAI and Azure', [openai, azure]],
    ['responses', 'Azure with version v1', [{ ...azure, apiVersion: 'v1' }]],
    ['chat', 'an Azure endpoint with a dated version', [openai, azure, dated]],
    ['chat', 'an Azure endpoint with a dated preview', [{ ...azure, apiVersion: '2025-03-01-preview' }]],
    ['chat', 'an Azure endpoint with deployment-based URLs', [openai, { ...azure, useDeploymentBasedUrls: true }]],
    ['chat', 'a third-party provider', [openai, claude]],
    ['chat', 'a third-party provider that serves another model', [openai, { ...claude, models: ['claude'] }]],
  ])('%s with %s', (api, _, endpoints) => {
    expect(createBalancedProvider({ endpoints }).status().api).toBe(api);
  });

  it('the API of the setting', () => {
    expect(createBalancedProvider({ endpoints: [openai], api: 'chat' }).status().api).toBe('chat');
    expect(createBalancedProvider({ endpoints: [openai], api: 'responses' }).status().api).toBe('responses');
  });

  it.each([
    ['chat', '/v1/chat/completions'],
    ['responses', '/v1/responses'],
  ] as const)('%s: the request goes to %s', async (api, path) => {
    const { fetch, sent } = fakeFetch();
    const balanced = createBalancedProvider({ endpoints: [{ type: 'openai', apiKey: 'sk-1', fetch }], api });

    await balanced('gpt-4').doGenerate({ prompt });
    await balanced.languageModel('gpt-5').doGenerate({ prompt });

    expect(sent.map(({ url }) => url.pathname)).toEqual([path, path]);
  });

  it('one API for all rings, also for one that a dated endpoint is not in', async () => {
    const { fetch, sent } = fakeFetch();
    const balanced = createBalancedProvider({
      endpoints: [
        { type: 'openai', apiKey: 'sk-1', fetch },
        { ...dated, models: ['gpt-4'] },
      ],
    });

    await balanced('gpt-5').doGenerate({ prompt });

    expect(sent.map(({ url }) => url.pathname)).toEqual(['/v1/chat/completions']);
  });
});

describe('asking for the Responses API', () => {
  it.each<[string, EndpointSettings, RegExp]>([
    ['a dated Azure version', { ...dated, name: 'old' }, /old.*apiVersion/],
    ['deployment-based URLs', { ...azure, name: 'old', useDeploymentBasedUrls: true }, /old.*useDeploymentBasedUrls/],
    ['a provider without it', { ...claude, name: 'old' }, /old.*provider/],
  ])('of %s is an error that names the endpoint and the setting', (_, endpoint, message) => {
    const balanced = createBalancedProvider({ endpoints: [openai, endpoint] });

    const error = thrownBy(() => balanced.responses('gpt-4'));

    expect(NoSuchModelError.isInstance(error)).toBe(true);
    expect((error as Error).message).toMatch(message);
  });

  it('is no error when the endpoint that cannot serve it does not serve the model either', () => {
    const balanced = createBalancedProvider({ endpoints: [openai, { ...dated, models: ['gpt-4'] }] });

    expect(balanced.responses('gpt-5').modelId).toBe('gpt-5');
  });
});
