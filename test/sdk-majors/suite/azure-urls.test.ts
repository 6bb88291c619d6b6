import { embed, generateText } from 'ai';
import {
  type AzureEndpointSettings,
  type BalancedProvider,
  createBalancedProvider,
  InvalidSettingsError,
} from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { sdkMajor } from './sdk-major.ts';

type Place = Partial<AzureEndpointSettings>;
type Kind = 'chat' | 'responses' | 'embedding';

/** Where a call goes. No request is made: there is no other way to see what becomes of Azure's own hosts. */
async function urlOf(endpoint: Place, kind: Kind, id = 'gpt-4o'): Promise<string | undefined> {
  const urls: string[] = [];
  const fetch: typeof globalThis.fetch = async (input) => {
    urls.push(new Request(input).url);
    return Response.json({ error: { message: 'no' } }, { status: 400 });
  };
  const balanced: BalancedProvider = createBalancedProvider({
    endpoints: [{ type: 'azure', apiKey: 'k-1', fetch, ...endpoint }],
    modelMapping: { 'gpt-4o': 'dep', 'ft:gpt-4o:acme': 'tuned', 'openai/gpt-4o': 'dep' },
  });
  const call =
    kind === 'embedding'
      ? embed({ model: balanced.embeddingModel(id), value: 'a value', maxRetries: 0 })
      : generateText({ model: balanced[kind](id), prompt: 'Hello', maxRetries: 0 });
  await call.catch(() => undefined);
  return urls[0];
}

/** The place that a pasted address means. */
const resources: readonly (readonly [pasted: string, resource: string])[] = [
  '',
  '/',
  '/openai',
  '/openai/',
  '/openai/v1',
  '/openai/v1/',
  '/openai/deployments',
  '/openai/deployments/',
  '/openai/responses',
  '/openai/v1/responses',
  '/openai/v1/chat/completions',
  '/openai/v1/models',
  '//openai//',
].map((path) => [`https://West.openai.azure.com${path}`, 'https://west.openai.azure.com'] as const);

const otherHosts = [
  'https://west.services.ai.azure.com',
  'https://west.cognitiveservices.azure.com',
  'https://eastus.api.cognitive.microsoft.com',
  'https://west.privatelink.openai.azure.com',
  'https://west.openai.azure.us',
  'https://west.services.ai.azure.us',
  'https://west.cognitiveservices.azure.us',
  'https://usgovvirginia.api.cognitive.microsoft.us',
  'https://west.openai.azure.cn',
  'https://west.cognitiveservices.azure.cn',
];
const pastedOfOthers = otherHosts.flatMap((host) =>
  ['', '/openai/', '/openai/v1', '/openai/v1/responses'].map((path) => [host + path, host] as const),
);

const places: readonly (readonly [string, Place, string])[] = [
  ['the name of a resource', { resourceName: 'west' }, 'https://west.openai.azure.com'],
  ...[...resources, ...pastedOfOthers].map(([baseURL, resource]) => [baseURL, { baseURL }, resource] as const),
];

describe.each(places)('an Azure endpoint given by %s', (_, place, resource) => {
  const openai = `${resource}/openai`;
  const byDefault = (operation: string, deployment = ''): string =>
    sdkMajor === 4
      ? `${openai}${deployment}${operation}?api-version=2025-03-01-preview`
      : `${openai}/v1${operation}?api-version=v1`;

  it('is asked for Responses outside of the deployments', async () => {
    expect(await urlOf(place, 'responses')).toBe(byDefault('/responses'));
  });

  it('is asked for Chat and embeddings where the SDK does that', async () => {
    expect(await urlOf(place, 'chat')).toBe(byDefault('/chat/completions', '/deployments/dep'));
    expect(await urlOf(place, 'embedding', 'e')).toBe(byDefault('/embeddings', '/deployments/e'));
  });

  it('is asked at the deployment with a dated version', async () => {
    const dated = { ...place, apiVersion: '2024-10-21' };
    const url = (name: string) => `${openai}/deployments/${name}/chat/completions?api-version=2024-10-21`;

    expect(await urlOf(dated, 'chat')).toBe(url('dep'));
    expect(await urlOf(dated, 'chat', 'ft:gpt-4o:acme')).toBe(url('tuned'));
    expect(await urlOf(dated, 'chat', 'openai/gpt-4o')).toBe(url('dep'));
  });

  it.each(['v1', 'preview'])(
    'is asked outside of the deployments with version %s, on every major',
    async (apiVersion) => {
      const versioned = { ...place, apiVersion };

      expect(await urlOf(versioned, 'chat')).toBe(`${openai}/v1/chat/completions?api-version=${apiVersion}`);
      expect(await urlOf(versioned, 'responses')).toBe(`${openai}/v1/responses?api-version=${apiVersion}`);
    },
  );
});

describe('a project of Azure AI Foundry', () => {
  const project = 'https://west.services.ai.azure.com/api/projects/p-1';

  it.each(['', '/', '/openai', '/openai/v1', '/openai/v1/responses'])(
    'is asked without a version: %j',
    async (path) => {
      expect(await urlOf({ baseURL: project + path }, 'chat')).toBe(`${project}/openai/v1/chat/completions`);
      expect(await urlOf({ baseURL: project + path }, 'responses')).toBe(`${project}/openai/v1/responses`);
    },
  );
});

describe('an Azure address that says more than its resource', () => {
  const west = 'https://west.openai.azure.com';
  const foundry = 'https://west.services.ai.azure.com';

  it.each([
    [`${west}/openai/deployments/m/chat/completions?api-version=2024-10-21`, west, '2024-10-21', '"m"'],
    [`${west}/openai/deployments/m/chat/completions`, west, '', '"m"'],
    [`${west}/openai/deployments/m`, west, '', '"m"'],
    [`${west}/openai/deployments/m/embeddings?api-version=2023-05-15`, west, '2023-05-15', '"m"'],
    [`${west}/openai/responses?api-version=2025-04-01-preview`, west, '2025-04-01-preview', ''],
    [`${west}/openai/v1/responses?api-version=preview`, west, 'preview', ''],
    [`${west}/?api-version=2024-10-21`, west, '2024-10-21', ''],
    [`${west}/v1`, west, '', ''],
    [`${foundry}/models`, foundry, '', ''],
    [`${foundry}/models/chat/completions?api-version=2024-05-01-preview`, foundry, '2024-05-01-preview', ''],
    [`${foundry}/api/projects/p-1/openai/deployments/m`, `${foundry}/api/projects/p-1`, '', '"m"'],
    ['https://west.openai.azure.us/openai/deployments/m', 'https://west.openai.azure.us', '', '"m"'],
    ['https://west.openai.azure.cn/openai/deployments/m', 'https://west.openai.azure.cn', '', '"m"'],
  ])('is refused when the provider is made, with what it says: %s', (baseURL, ...understood) => {
    const error = thrownBy(() => createBalancedProvider({ endpoints: [{ type: 'azure', apiKey: 'k-1', baseURL }] }));

    expect(InvalidSettingsError.isInstance(error)).toBe(true);
    for (const word of understood) expect(String(error)).toContain(word);
  });
});

describe('a gateway', () => {
  const gateways = [
    'https://gw.example/gpt-4o/v1',
    'https://west.azure-api.net/openai',
    'https://west.azure-api.net/a/openai/v1',
  ];

  it.each(gateways)('keeps its path: %s', async (baseURL) => {
    const { origin, pathname } = new URL((await urlOf({ baseURL }, 'chat')) ?? '');

    expect(origin + pathname).toBe(`${baseURL}${sdkMajor === 4 ? '/dep' : ''}/chat/completions`);
  });

  it.each(gateways)('has deployments behind its path with a dated version: %s', async (baseURL) => {
    const url = `${baseURL}/deployments/dep/chat/completions?api-version=2024-10-21`;

    for (const end of ['', '/', '/deployments', '/deployments/']) {
      expect(await urlOf({ baseURL: baseURL + end, apiVersion: '2024-10-21' }, 'chat')).toBe(url);
    }
  });
});

describe('a model id', () => {
  const dated = { resourceName: 'west', apiVersion: '2024-10-21' };
  const prefix = 'https://west.openai.azure.com/openai/deployments/';

  it.each(['responses', 'responses-2', 'chat', 'deployments', 'undefined'])(
    'that is a word of the path is no more than a name: %s',
    async (id) => {
      expect(await urlOf(dated, 'chat', id)).toBe(`${prefix}${id}/chat/completions?api-version=2024-10-21`);
    },
  );

  it.each([
    '../../admin',
    'a/../../..',
    '..\\..\\admin',
    '%2e%2e/%2e%2e',
    'a?b',
    'a#b',
    'a%2Fb',
    '..%2f',
    ' ',
    'modèle',
    '\ud800',
  ])('stays one segment of the path: %j', async (id) => {
    const url = (await urlOf(dated, 'chat', id)) ?? '';

    expect(url.startsWith(prefix)).toBe(true);
    expect(url.slice(prefix.length)).toMatch(/^[^/?#]+\/chat\/completions\?api-version=2024-10-21$/);
  });

  it.each(['.', '..'])('that can be no segment is not sent: %s', async (id) => {
    expect(await urlOf(dated, 'chat', id)).toBeUndefined();
    expect(await urlOf(dated, 'embedding', id)).toBeUndefined();
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
