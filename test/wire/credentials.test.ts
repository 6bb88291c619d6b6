import { generateText } from 'ai';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { createBalancedProvider, type EndpointSettings, MissingCredentialsError } from '../../src/index.ts';
import { greetingOf } from '../support/answer.ts';
import { status } from '../support/behaviour.ts';
import { azureV1, datedAzure, openAI } from '../support/endpoints.ts';
import { startFailingAndHealthy, startServices } from '../support/start-services.ts';

const prompt = 'Who are you?';

afterEach(() => vi.unstubAllEnvs());

describe('credentials', () => {
  it('of OpenAI go as a bearer token, with organization, project and headers', async () => {
    const [service] = await startServices('openai');
    const balanced = createBalancedProvider({
      endpoints: [
        openAI(service, {
          apiKey: 'sk-1',
          organization: 'org-1',
          project: 'proj-1',
          headers: { 'x-team': 'blue' },
        }),
      ],
    });

    await generateText({ model: balanced('gpt-4'), prompt });

    expect(service.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer sk-1',
      'openai-organization': 'org-1',
      'openai-project': 'proj-1',
      'x-team': 'blue',
    });
  });

  it.each([
    ['v1', azureV1],
    ['dated', datedAzure],
  ] as const)('of Azure (%s) go as an api-key header', async (_, endpointOf) => {
    const [service] = await startServices('azure');
    const balanced = createBalancedProvider({ endpoints: [endpointOf(service, { apiKey: 'k-1' })] });

    await generateText({ model: balanced('gpt-4'), prompt });

    expect(service.requests[0]?.headers).toMatchObject({ 'api-key': 'k-1' });
    expect(service.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('of a token provider are fetched for each attempt, and go as a bearer token alone', async () => {
    const [service] = await startServices('azure');
    const { apiKey: _, ...keyless } = azureV1(service);
    let count = 0;
    const balanced = createBalancedProvider({
      endpoints: [{ ...keyless, tokenProvider: async () => `token-${++count}` }],
    });

    await generateText({ model: balanced('gpt-4'), prompt });
    await generateText({ model: balanced('gpt-4'), prompt });

    expect(service.requests.map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
    expect(service.requests[0]?.headers).not.toHaveProperty('api-key');
  });

  it('that a function returns are asked for at each attempt, so that keys can rotate', async () => {
    const [one, two] = await startServices('one', 'two');
    const keys = ['sk-1', 'sk-2', 'sk-3', 'sk-4'];
    const next = async () => keys.shift() ?? 'none left';
    const balanced = createBalancedProvider({
      endpoints: [openAI(one, { apiKey: next }), azureV1(two, { apiKey: next })],
    });

    for (let call = 0; call < 4; call++) await generateText({ model: balanced('gpt-4'), prompt });

    expect(one.requests.map(({ headers }) => headers['authorization'])).toEqual(['Bearer sk-1', 'Bearer sk-3']);
    expect(two.requests.map(({ headers }) => headers['api-key'])).toEqual(['sk-2', 'sk-4']);
  });

  it('that cannot be had are a failure of that endpoint', async () => {
    const [keyless, healthy] = await startServices('keyless', 'healthy');
    const balanced = createBalancedProvider({
      endpoints: [openAI(keyless, { apiKey: () => Promise.reject(new Error('the vault is sealed')) }), openAI(healthy)],
      loadBalancing: false,
    });

    const { text } = await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });

    expect(text).toBe(greetingOf('healthy'));
    expect(keyless.requests).toHaveLength(0);
  });

  it('that are refused take out every deployment of that endpoint at once', async () => {
    const [refusing, healthy] = await startFailingAndHealthy(status(401));
    const balanced = createBalancedProvider({ endpoints: [openAI(refusing), openAI(healthy)] });

    for (const id of ['gpt-4', 'gpt-4', 'gpt-4o', 'gpt-5']) {
      await generateText({ model: balanced(id), prompt, maxRetries: 0 });
    }

    expect([refusing.requests.length, healthy.requests.length]).toEqual([1, 4]);
  });
});

describe('a missing deployment', () => {
  it('takes out that deployment at once, and no other one of the endpoint', async () => {
    const [lacking, healthy] = await startServices('lacking', 'healthy');
    const balanced = createBalancedProvider({
      endpoints: [datedAzure(lacking), openAI(healthy)],
      loadBalancing: false,
    });
    lacking.behaveOnce(status(404));
    const ask = (id: string) => generateText({ model: balanced(id), prompt, maxRetries: 0 });

    const texts = [];
    for (const id of ['gpt-4', 'gpt-4', 'gpt-4o']) texts.push((await ask(id)).text);

    expect(texts).toEqual([greetingOf('healthy'), greetingOf('healthy'), greetingOf('lacking')]);
    expect(lacking.requests.map(({ model }) => model)).toEqual(['gpt-4', 'gpt-4o']);
  });
});

describe('missing environment variables', () => {
  const twoKeysFrom = (baseURL: string) => [
    { type: 'openai', name: 'one', baseURL, apiKeyEnv: 'TEST_KEY_ONE' } as const,
    { type: 'openai', name: 'two', baseURL, apiKeyEnv: 'TEST_KEY_TWO' } as const,
  ];

  it('let the provider be created, and are all named by the first call', async () => {
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: twoKeysFrom(service.baseURL) });

    const error = await generateText({ model: balanced('gpt-4'), prompt }).catch((reason: unknown) => reason);

    expect(MissingCredentialsError.isInstance(error)).toBe(true);
    expect(String(error)).toContain('endpoints[0].apiKeyEnv');
    expect(String(error)).toContain('TEST_KEY_TWO');
    expect(service.requests).toHaveLength(0);
  });

  it('leave their endpoints out when the settings say so', async () => {
    vi.stubEnv('TEST_KEY_TWO', 'sk-two');
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({
      endpoints: twoKeysFrom(service.baseURL),
      onMissingCredentials: 'skip',
    });

    for (let call = 0; call < 2; call++) await generateText({ model: balanced('gpt-4'), prompt });

    expect(service.requests.map(({ headers }) => headers['authorization'])).toEqual(['Bearer sk-two', 'Bearer sk-two']);
  });

  it.each<[string, (baseURL: string) => EndpointSettings]>([
    ['apiKey of OpenAI beside baseURL', (baseURL) => ({ type: 'openai', baseURL, apiKey: undefined })],
    ['apiKey of OpenAI beside baseURLEnv', () => ({ type: 'openai', baseURLEnv: 'TEST_URL', apiKey: undefined })],
    ['apiKey of Azure beside baseURL', (baseURL) => ({ type: 'azure', baseURL, apiKey: undefined })],
    ['tokenProvider of Azure beside baseURL', (baseURL) => ({ type: 'azure', baseURL, tokenProvider: undefined })],
  ])('send no other key to a gateway: %s', async (_, endpointAt) => {
    const [gateway] = await startServices('gateway');
    vi.stubEnv('TEST_URL', gateway.baseURL);
    for (const name of ['OPENAI_API_KEY', 'AZURE_API_KEY']) vi.stubEnv(name, 'of-another-service');
    const balanced = createBalancedProvider({ endpoints: [endpointAt(gateway.baseURL)] });

    const error = await generateText({ model: balanced('gpt-4'), prompt }).catch((reason: unknown) => reason);

    expect(gateway.requests).toHaveLength(0);
    expect(MissingCredentialsError.isInstance(error)).toBe(true);
  });
});
