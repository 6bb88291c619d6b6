import { afterEach, describe, expect, it, vi } from 'vitest';

import { type AzureEndpointSettings, createBalancedProvider } from '../../../src/index.ts';

/** A request to Azure Speech. No other service speaks its API, so none is asked. */
async function requestOf(settings: Partial<AzureEndpointSettings>): Promise<Request> {
  const sent: Request[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    sent.push(new Request(input, init));
    return Response.json({ combinedPhrases: [{ text: 'hello' }] });
  };
  const balanced = createBalancedProvider({ endpoints: [{ type: 'azure', fetch, ...settings }] });
  await balanced
    .transcription('mai-transcribe-2')
    .doGenerate({ audio: new Uint8Array([1]), mediaType: 'audio/wav', providerOptions: {} });
  return sent[0] as Request;
}

/** The credentials that such a request carries. */
async function credentialsSent(settings: Partial<AzureEndpointSettings>): Promise<Readonly<Record<string, string>>> {
  const { headers } = await requestOf({ resourceName: 'west', ...settings });
  return Object.fromEntries([...headers].filter(([name]) => /key|authorization/.test(name)));
}

afterEach(() => vi.unstubAllEnvs());

describe('a transcription model of Azure Speech', () => {
  it('sends a key of the settings in its own header', async () => {
    expect(await credentialsSent({ apiKey: 'k-1' })).toEqual({ 'ocp-apim-subscription-key': 'k-1' });
  });

  it('sends the key that a function gives, and no placeholder', async () => {
    const sent = await credentialsSent({ apiKey: () => 'k-2' });

    expect(sent['ocp-apim-subscription-key']).toBe('k-2');
    expect(Object.values(sent)).not.toContain('no-key-yet');
  });

  it.each([
    [{ resourceName: 'west' }, 'https://west.cognitiveservices.azure.com/speechtotext/'],
    [{ baseURL: 'https://west.openai.azure.us/openai' }, 'https://west.cognitiveservices.azure.us/speechtotext/'],
    [
      { baseURL: 'https://west.services.ai.azure.com/api/projects/p' },
      'https://west.cognitiveservices.azure.com/speechtotext/',
    ],
    [{ baseURL: 'https://gw.example/azure' }, 'https://gw.example/azure/speechtotext/'],
  ])('is asked where the endpoint is, whatever resource the environment names: %o', async (place, url) => {
    vi.stubEnv('AZURE_RESOURCE_NAME', 'another');

    const request = await requestOf({ apiKey: 'k-1', ...place });

    expect(request.url.startsWith(url)).toBe(true);
    expect(request.headers.get('ocp-apim-subscription-key')).toBe('k-1');
  });

  it('sends a token alone', async () => {
    expect(await credentialsSent({ tokenProvider: () => 'token' })).toEqual({ authorization: 'Bearer token' });
  });
});
