import { describe, expect, it } from 'vitest';

import { type AzureEndpointSettings, createBalancedProvider } from '../../../src/index.ts';

/** The credentials that a request to Azure Speech carries. */
async function credentialsSent(settings: Partial<AzureEndpointSettings>): Promise<Readonly<Record<string, string>>> {
  const sent: Headers[] = [];
  const fetch: typeof globalThis.fetch = async (_, init) => {
    sent.push(new Headers(init?.headers));
    return Response.json({ combinedPhrases: [{ text: 'hello' }] });
  };
  const balanced = createBalancedProvider({
    endpoints: [{ type: 'azure', resourceName: 'west', fetch, ...settings }],
  });
  await balanced
    .transcription('mai-transcribe-2')
    .doGenerate({ audio: new Uint8Array([1]), mediaType: 'audio/wav', providerOptions: {} });
  return Object.fromEntries([...(sent[0] ?? [])].filter(([name]) => /key|authorization/.test(name)));
}

describe('a transcription model of Azure Speech', () => {
  it('sends a key of the settings in its own header', async () => {
    expect(await credentialsSent({ apiKey: 'k-1' })).toEqual({ 'ocp-apim-subscription-key': 'k-1' });
  });

  it('sends the key that a function gives, and no placeholder', async () => {
    const sent = await credentialsSent({ apiKey: () => 'k-2' });

    expect(sent['ocp-apim-subscription-key']).toBe('k-2');
    expect(Object.values(sent)).not.toContain('no-key-yet');
  });

  it('sends a token alone', async () => {
    expect(await credentialsSent({ tokenProvider: () => 'token' })).toEqual({ authorization: 'Bearer token' });
  });
});
