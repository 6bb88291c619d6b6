import { describe, expect, it } from 'vitest';

import { type BalancedProviderSettings, createBalancedProvider } from '../../../src/index.ts';
import { prompt } from '../fake-endpoint.ts';
import { fakeFetch } from '../fake-fetch.ts';

type Writable = { -readonly [Key in keyof BalancedProviderSettings]: BalancedProviderSettings[Key] };

describe('settings that are changed after the provider was made', () => {
  it('have no effect', async () => {
    const { fetch, sent } = fakeFetch();
    const deployment = { name: 'first' };
    const endpoint: Record<string, unknown> = {
      type: 'azure',
      resourceName: 'west',
      apiKey: 'k-1',
      headers: { 'x-tag': 'before' },
      deployments: { 'gpt-4': deployment },
      fetch,
    };
    const settings = { endpoints: [endpoint], modelMapping: { other: 'b' } } as unknown as Writable;
    const balanced = createBalancedProvider(settings);

    Object.assign(endpoint, { resourceName: 'east', apiVersion: '2024-10-21', apiKey: 'k-2' });
    Object.assign(endpoint['headers'] as object, { 'x-tag': 'after' });
    deployment.name = 'second';
    settings.endpoints = [];
    await balanced.chat('gpt-4').doGenerate({ prompt });

    expect(sent[0]?.url.href).toBe('https://west.openai.azure.com/openai/v1/chat/completions?api-version=v1');
    expect(sent[0]?.model).toBe('first');
    expect(sent[0]?.headers.get('api-key')).toBe('k-1');
    expect(sent[0]?.headers.get('x-tag')).toBe('before');
    expect(balanced.status().endpoints).toHaveLength(1);
  });

  it('can be those of another provider, since none of them is frozen', () => {
    const endpoint = { type: 'openai', apiKey: 'k-1', headers: { 'x-tag': 'a' } } as const;
    createBalancedProvider({ endpoints: [endpoint] });

    expect([Object.isFrozen(endpoint), Object.isFrozen(endpoint.headers)]).toEqual([false, false]);
  });
});
