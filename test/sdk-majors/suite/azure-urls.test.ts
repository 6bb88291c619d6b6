import { generateText } from 'ai';
import { type AzureEndpointSettings, type BalancedProvider, createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { sdkMajor } from './sdk-major.ts';

/** Where a call goes, without its query. No request is made. */
async function urlOf(
  endpoint: Partial<AzureEndpointSettings>,
  api: 'chat' | 'responses',
  id = 'gpt-4o',
): Promise<string | undefined> {
  const urls: string[] = [];
  const fetch: typeof globalThis.fetch = async (input) => {
    urls.push(new Request(input).url.replace(/\?.*/, ''));
    return Response.json({ error: { message: 'no' } }, { status: 400 });
  };
  const balanced: BalancedProvider = createBalancedProvider({
    endpoints: [{ type: 'azure', apiKey: 'k-1', fetch, ...endpoint }],
    modelMapping: { 'gpt-4o': 'dep', 'ft:gpt-4o:acme': 'tuned' },
  });
  await generateText({ model: balanced[api](id), prompt: 'Hello', maxRetries: 0 }).catch(() => undefined);
  return urls[0];
}

const openai = 'https://west.openai.azure.com/openai';
const places: readonly (readonly [string, Partial<AzureEndpointSettings>])[] = [
  ['the name of a resource', { resourceName: 'west' }],
  ['its URL', { baseURL: 'https://west.openai.azure.com' }],
  ['its URL with /openai', { baseURL: `${openai}/` }],
  ['its URL with /openai/v1', { baseURL: `${openai}/v1` }],
];

describe.each(places)('an Azure endpoint given by %s', (_, place) => {
  it('is asked for Responses outside of the deployments', async () => {
    expect(await urlOf(place, 'responses')).toBe(sdkMajor === 4 ? `${openai}/responses` : `${openai}/v1/responses`);
  });

  it('is asked for Chat where the SDK does that', async () => {
    expect(await urlOf(place, 'chat')).toBe(
      sdkMajor === 4 ? `${openai}/deployments/dep/chat/completions` : `${openai}/v1/chat/completions`,
    );
  });

  it('is asked for Chat at its deployment with a dated version', async () => {
    const dated = { ...place, apiVersion: '2024-10-21' };

    expect(await urlOf(dated, 'chat')).toBe(`${openai}/deployments/dep/chat/completions`);
    expect(await urlOf(dated, 'chat', 'ft:gpt-4o:acme')).toBe(`${openai}/deployments/tuned/chat/completions`);
  });
});

it('a deployment whose name begins like the path of Responses is not taken for it', async () => {
  const url = await urlOf({ resourceName: 'west', apiVersion: '2024-10-21' }, 'chat', 'responses-2');

  expect(url).toBe(`${openai}/deployments/responses-2/chat/completions`);
});

it('a gateway’s path that has the model id in it stays as it is', async () => {
  const url = await urlOf({ baseURL: 'https://gw.example/gpt-4o/v1' }, 'chat');

  expect(url).toBe(`https://gw.example/gpt-4o/v1${sdkMajor === 4 ? '/dep' : ''}/chat/completions`);
});
