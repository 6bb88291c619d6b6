import { afterEach, describe, expect, it, vi } from 'vitest';

import { createBalancedProvider } from '../../../src/index.ts';
import type { AzureEndpointSettings } from '../../../src/settings/endpoint-settings.ts';

const chatAnswer = {
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};

/** Where a chat call for a model id goes, and the model that its body names. */
async function requestOf(
  modelId: string,
  endpoint: Partial<AzureEndpointSettings>,
  modelMapping: Readonly<Record<string, string>>,
): Promise<{ url: string; model: unknown }> {
  const requests: { url: string; model: unknown }[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { model } = JSON.parse(init?.body as string) as { model: unknown };
    requests.push({ url: input as string, model });
    return Response.json(chatAnswer);
  };
  const balanced = createBalancedProvider({
    endpoints: [{ type: 'azure', apiKey: 'key', fetch, ...endpoint }],
    modelMapping,
  });
  await balanced.chat(modelId).doGenerate({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }] });
  return requests[0] as { url: string; model: unknown };
}

const dated = { resourceName: 'west', apiVersion: '2024-10-21' };

describe('the name of a deployment', () => {
  it.each([
    ['gpt-4', 'gpt4'],
    ['chat', 'gpt4o-dep'],
    ['ft:gpt-4o-mini:acme', 'tuned'],
    ['openai/gpt-4', 'gpt4'],
    ['with space', 'dep'],
  ])('stands in the URL in place of the id %s', async (modelId, name) => {
    const { url, model } = await requestOf(modelId, dated, { [modelId]: name });

    expect(url).toBe(
      `https://west.openai.azure.com/openai/deployments/${name}/chat/completions?api-version=2024-10-21`,
    );
    expect(model).toBe(name);
  });

  it('stands in no other place: not in a gateway’s path', async () => {
    const { url } = await requestOf(
      'gpt-4',
      { baseURL: 'https://gw.example/gpt-4/openai', apiVersion: '2024-10-21' },
      { 'gpt-4': 'gpt4' },
    );

    expect(url).toBe('https://gw.example/gpt-4/openai/deployments/gpt4/chat/completions?api-version=2024-10-21');
  });

  it('stands not in the path of a gateway that has no deployments', async () => {
    const { url } = await requestOf('gpt-4', { baseURL: 'https://gw.example/gpt-4/v1' }, { 'gpt-4': 'gpt4' });

    expect(url).toBe('https://gw.example/gpt-4/v1/chat/completions');
  });

  it.each(['chat', 'openai', 'v1', 'completions'])(
    'stands not in a URL without deployments, for the id %s',
    async (id) => {
      const { url, model } = await requestOf(id, { resourceName: 'west' }, { [id]: 'dep' });

      expect(url).toBe('https://west.openai.azure.com/openai/v1/chat/completions?api-version=v1');
      expect(model).toBe('dep');
    },
  );
});

describe('a fault of a call that never became a request', () => {
  afterEach(() => vi.restoreAllMocks());

  it('is thrown as it is, and no endpoint is blamed for it', async () => {
    const fetch = vi.fn<typeof globalThis.fetch>();
    const balanced = createBalancedProvider({
      endpoints: [
        { type: 'openai', name: 'a', apiKey: 'key', fetch },
        { type: 'openai', name: 'b', apiKey: 'key', fetch },
      ],
      failureThreshold: 1,
    });
    const circular: Record<string, unknown> = { type: 'object' };
    circular['properties'] = circular;

    const call = balanced.chat('gpt-4').doGenerate({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }],
      tools: [{ type: 'function', name: 'loop', inputSchema: circular }],
    });

    await expect(call).rejects.toSatisfy((error) => error instanceof TypeError || error instanceof RangeError);
    expect(fetch).not.toHaveBeenCalled();
    expect(
      balanced.status().endpoints.flatMap(({ deployments }) => deployments.map(({ state }) => state)),
    ).not.toContain('open');
  });
});
