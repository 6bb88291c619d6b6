import { afterEach, describe, expect, it, vi } from 'vitest';

import { type CheckRow, createBalancedProvider, type EndpointSettings } from '../../src/index.ts';
import { hang, html, status } from '../support/behaviour.ts';
import { azureV1, datedAzure, openAI } from '../support/endpoints.ts';
import type { FakeService } from '../support/fake-service.ts';
import { startServices } from '../support/start-services.ts';
import { unknownHostBaseURL } from '../support/unreachable.ts';

afterEach(() => vi.unstubAllEnvs());

/** The body of an error of Azure's. */
const azureError = (code: string, message: string) => ({ body: JSON.stringify({ error: { code, message } }) });

/** Checks one endpoint, and gives the only row. */
async function checkOf(endpoint: EndpointSettings, timeoutMs?: number): Promise<CheckRow> {
  const { ok, rows } = await createBalancedProvider({ endpoints: [endpoint] }).check({ timeoutMs });
  expect(rows).toHaveLength(1);
  expect(ok).toBe(rows[0]?.ok);
  return rows[0] as CheckRow;
}

const models = ['gpt-5'];
const deployments = { 'gpt-5': 'gpt5-prod' };

/** What is wrong; what the service does; the endpoint; what the advice names, and words of the problem. */
type Misconfiguration = readonly [
  what: string,
  behave: (service: FakeService) => void,
  endpoint: (service: FakeService) => EndpointSettings,
  advice: string,
  problem: string,
];

const FAILED = JSON.stringify({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  model: 'gpt-5',
  output: [],
  status: 'failed',
  error: { code: 'server_error', message: 'Failed.' },
  usage: { input_tokens: 1, output_tokens: 1 },
});

const refuses = (service: FakeService): void => service.behave(status(401));
const asEver = (): void => undefined;

const misconfigurations: readonly Misconfiguration[] = [
  [
    'a wrong key in a variable',
    (service) => {
      vi.stubEnv('CHECK_KEY', 'sk-wrong-key');
      refuses(service);
    },
    (service) => ({ type: 'openai', baseURL: service.baseURL, apiKeyEnv: 'CHECK_KEY', models }),
    'endpoints[0].apiKeyEnv (CHECK_KEY)',
    '401 invalid_api_key',
  ],
  [
    'a key of another resource',
    refuses,
    (service) => azureV1(service, { deployments }),
    'endpoints[0].apiKey',
    'refused (401)',
  ],
  [
    'a variable that is not set',
    asEver,
    (service) => ({ type: 'azure', baseURL: service.azureV1BaseURL, apiKeyEnv: 'CHECK_KEY_2', deployments }),
    'CHECK_KEY_2',
    'endpoints[0].apiKeyEnv',
  ],
  [
    'a key function that throws',
    asEver,
    (service) => openAI(service, { models, apiKey: () => Promise.reject(new Error('sealed')) }),
    'endpoints[0].apiKey',
    'gave no key',
  ],
  [
    'a deployment that does not exist',
    (service) => service.behave(status(404)),
    (service) => datedAzure(service, { deployments }),
    'endpoints[0].deployments.gpt-5',
    '"gpt5-prod" at /openai/deployments/gpt5-prod/chat/completions (404 DeploymentNotFound)',
  ],
  [
    'a model that the account does not have',
    (service) => service.behave(status(404)),
    (service) => openAI(service, { models }),
    'endpoints[0].models',
    'model_not_found',
  ],
  [
    'a path that is doubled',
    (service) => service.behave(status(404, { body: '{"detail":"Not Found"}' })),
    (service) => openAI(service, { models, baseURL: `${service.baseURL}/v1` }),
    'endpoints[0].baseURL',
    'There is nothing at /v1/v1/responses (404)',
  ],
  [
    'an api-version that the resource does not have',
    (service) => service.behave(status(404, azureError('404', 'Resource not found'))),
    (service) => datedAzure(service, { deployments, apiVersion: '2019-01-01' }),
    'endpoints[0].apiVersion',
    '/openai/deployments/gpt5-prod/chat/completions (404)',
  ],
  [
    'an api-version that does not fit',
    (service) => service.behave(status(400, azureError('BadRequest', 'API version not supported'))),
    (service) => azureV1(service, { deployments, apiVersion: 'v7' }),
    'endpoints[0].apiVersion',
    '400 BadRequest',
  ],
  [
    'a deployment of another kind of model',
    (service) => service.behave(status(400, azureError('OperationNotSupported', 'Does not work with it.'))),
    (service) => azureV1(service, { deployments }),
    'endpoints[0].deployments.gpt-5',
    'OperationNotSupported',
  ],
  [
    'a host where nothing listens',
    asEver,
    (service) => openAI(service, { models, baseURL: unknownHostBaseURL }),
    'endpoints[0].baseURL',
    'no connection',
  ],
  [
    'https where http is spoken',
    asEver,
    (service) => openAI(service, { models, baseURL: service.baseURL.replace('http:', 'https:') }),
    'endpoints[0].baseURL',
    'no connection',
  ],
  [
    'an address of a web page',
    (service) => service.behave(html()),
    (service) => openAI(service, { models }),
    'endpoints[0].baseURL',
    'does not speak the API',
  ],
  [
    'an address that only redirects',
    (service) => service.behave(status(301, { headers: { location: 'https://elsewhere.example/' } })),
    (service) => openAI(service, { models }),
    'endpoints[0].redirect',
    'redirect (301',
  ],
  [
    'an organization that is not the key’s',
    (service) => service.behave(status(401, { code: 'mismatched_organization' })),
    (service) => openAI(service, { models, organization: 'org-2' }),
    'endpoints[0].organization',
    'mismatched_organization',
  ],
  [
    'an account without money',
    (service) => service.behave(status(429, { code: 'insufficient_quota' })),
    (service) => openAI(service, { models }),
    'endpoints[0].apiKey',
    'no money',
  ],
  [
    'a resource that takes tokens alone',
    (service) => service.behave(status(403, azureError('AuthenticationTypeDisabled', 'Key based authentication.'))),
    (service) => azureV1(service, { deployments }),
    'endpoints[0].tokenProvider',
    'takes no keys',
  ],
  [
    'a service without a Responses API',
    (service) => service.behave(status(404, { body: '404 page not found' })),
    (service) => openAI(service, { models }),
    "api: 'chat'",
    'nothing at /v1/responses (404)',
  ],
  [
    'a model that the project of the key may not use',
    (service) => service.behave(status(403, { code: 'model_not_found' })),
    (service) => openAI(service, { models }),
    'endpoints[0].models',
    '403 model_not_found',
  ],
  [
    'a model that Ollama has not pulled',
    (service) =>
      service.behave(
        status(404, { body: '{"error":{"message":"model \\"gpt-5\\" not found, try pulling it first"}}' }),
      ),
    (service) => openAI(service, { models }),
    'endpoints[0].models',
    'There is no "gpt-5" at /v1/responses',
  ],
  [
    'an api-version that has no pictures',
    (service) => service.behave(status(400, azureError('BadRequest', 'API version not supported'))),
    (service) => datedAzure(service, { deployments: { 'gpt-image-1': 'pictures' } }),
    'endpoints[0].apiVersion',
    'request of kind image',
  ],
  [
    'a sign-in page that answers where speech should',
    (service) => service.behave(html()),
    (service) => openAI(service, { models: ['tts-1'] }),
    'endpoints[0].baseURL',
    'does not speak the API',
  ],
  [
    'an address of another API',
    (service) => service.behave(status(200, { body: '{"status":"ok"}' })),
    (service) => openAI(service, { models }),
    'endpoints[0].baseURL',
    'does not speak the API',
  ],
  [
    'an address of an API that is only alike',
    (service) => service.behave(status(200, { body: '{"object":"response","output":[{"type":"message"}]}' })),
    (service) => openAI(service, { models }),
    'endpoints[0].baseURL',
    'does not speak the API (200 AI_TypeValidationError)',
  ],
  [
    'a fetch that cannot connect',
    asEver,
    (service) => openAI(service, { models, fetch: () => Promise.reject(new TypeError('proxy')) }),
    'endpoints[0].fetch',
    'no connection',
  ],
  [
    'a model of a kind that no endpoint has',
    (service) => service.behave(status(404)),
    (service) => openAI(service, { models: ['my-reranker'] }),
    'endpoints[0].models',
    '"my-reranker"',
  ],
  [
    'a provider that lacks its key',
    asEver,
    () => ({
      name: 'third',
      provider: {
        languageModel: () => {
          throw Object.assign(new Error('No key.'), { name: 'AI_LoadAPIKeyError' });
        },
      },
    }),
    'endpoints[0].provider',
    'is missing',
  ],
  [
    'an answer that failed at the service',
    (service) => service.behave(status(200, { body: FAILED })),
    (service) => openAI(service, { models }),
    'Check again later',
    'The service fails (200 server_error)',
  ],
];

describe('check()', () => {
  it.each(misconfigurations)('names the setting to change for %s', async (_, behave, endpoint, advice, problem) => {
    const [service] = await startServices('service');
    behave(service);

    const row = await checkOf(endpoint(service));

    expect(row.ok).toBe(false);
    expect(row.advice).toContain(advice);
    expect(row.problem).toContain(problem);
    expect(service.requests.length).toBeLessThanOrEqual(1);
  });

  it('finds what works, of every kind that the settings name, at a cost of a few tokens', async () => {
    const [service] = await startServices('service');
    const ids = ['gpt-5', 'text-embedding-3-small', 'gpt-image-1', 'whisper-1', 'gpt-4o-mini-tts'];
    const balanced = createBalancedProvider({
      endpoints: [openAI(service, { models: [...ids, 'other'] })],
      fallbacks: { 'gpt-5': ['other'] },
    });

    const { ok, rows } = await balanced.check();

    expect(rows.filter((row) => !row.ok)).toEqual([]);
    expect(ok).toBe(true);
    expect(rows.map(({ deployment, kind }) => `${deployment} ${kind}`)).toEqual([
      'gpt-5 responses',
      'text-embedding-3-small embedding',
      'gpt-image-1 image',
      'whisper-1 transcription',
      'gpt-4o-mini-tts speech',
      'other responses',
    ]);
    expect(service.requests).toHaveLength(6);
    const budgets = service.requests.map(
      ({ operation, json }) => operation === 'responses' && json['max_output_tokens'],
    );
    expect(budgets.filter((budget) => budget !== false)).toEqual([16, 16]);
  });

  it('gives a reasoning model no more tokens where calls have a budget of thousands', async () => {
    const [service] = await startServices('service');
    const providerOptions = { openai: { maxCompletionTokens: 32_000, reasoningEffort: 'low' } };
    const balanced = createBalancedProvider({ endpoints: [openAI(service, { models, providerOptions })], api: 'chat' });

    await balanced.check();

    expect(service.requests[0]?.json).toMatchObject({ max_completion_tokens: 16, reasoning_effort: 'low' });
  });

  it('asks every deployment of an id, under the name that it has at each endpoint, and those that calls asked for', async () => {
    const [one, two] = await startServices('one', 'two');
    const balanced = createBalancedProvider({
      endpoints: [azureV1(one), openAI(two)],
      modelMapping: { 'gpt-4': 'gpt4' },
    });
    balanced.embeddingModel('vectors');

    const { rows } = await balanced.check();

    expect(rows.map(({ endpoint, deployment, kind }) => [endpoint, deployment, kind])).toEqual([
      ['one', 'vectors', 'embedding'],
      ['one', 'gpt4', 'responses'],
      ['two', 'vectors', 'embedding'],
      ['two', 'gpt-4', 'responses'],
    ]);
  });

  it.each([
    ['accepted where no such model is found', status(404), true],
    ['accepted where an answer comes', undefined, true],
    ['refused', status(401), false],
  ])('tries the key of an endpoint of which no model is known: %s', async (_, behaviour, ok) => {
    const [service] = await startServices('service');
    if (behaviour !== undefined) service.behave(behaviour);

    const row = await checkOf(openAI(service));

    expect(row).toMatchObject({ endpoint: 'service', deployment: undefined, kind: 'credentials', ok });
  });

  it('asks the endpoints that have what they need, although others lack a variable', async () => {
    vi.stubEnv('CHECK_KEY_1', 'sk-1');
    const [service] = await startServices('service');
    const endpoint = { type: 'openai', baseURL: service.baseURL, models } as const;
    const balanced = createBalancedProvider({
      endpoints: [
        { ...endpoint, name: 'without', apiKeyEnv: 'CHECK_KEY_2' },
        { ...endpoint, name: 'with', apiKeyEnv: 'CHECK_KEY_1' },
      ],
    });

    const { rows } = await balanced.check();

    expect(rows.map(({ endpoint: name, ok }) => [name, ok])).toEqual([
      ['without', false],
      ['with', true],
    ]);
    expect(service.requests[0]?.headers['authorization']).toBe('Bearer sk-1');
  });

  it.each([
    ['a picture of a size that there is not', 'gpt-image-1', { param: 'size', code: 'invalid_value' }],
    ['a prompt that a filter refuses', 'gpt-4', { code: 'content_filter' }],
    ['so few tokens, in words alone', 'gpt-5', { message: 'max_tokens or model output limit was reached.' }],
  ])('counts as working what rejects %s', async (_, id, error) => {
    const [service] = await startServices('service');
    service.behave(status(400, { body: JSON.stringify({ error: { message: 'No.', ...error } }) }));

    expect(await checkOf(openAI(service, { models: [id] }))).toMatchObject({ ok: true });
  });

  it('lets health learn nothing', async () => {
    const [refusing, limited] = await startServices('refusing', 'limited');
    refusing.behave(status(401));
    limited.behave(status(429, { headers: { 'retry-after': '60' } }));
    const balanced = createBalancedProvider({ endpoints: [openAI(refusing, { models }), openAI(limited, { models })] });
    const before = balanced.status();

    const { ok } = await balanced.check();

    expect(ok).toBe(false);
    expect(balanced.status()).toEqual(before);
    expect(balanced.explain('gpt-5').candidates).toHaveLength(2);
  });

  it.each([0, -1, Number.NaN, Infinity])('rejects a time that is none: %s', async (timeoutMs) => {
    const [service] = await startServices('service');

    await expect(checkOf(openAI(service, { models }), timeoutMs)).rejects.toThrow(TypeError);
    expect(service.requests).toEqual([]);
  });

  it('ends at its time, whatever an endpoint or a key function does', async () => {
    const [service] = await startServices('service');
    service.behave(hang());
    const never = () => new Promise<string>(() => undefined);

    for (const more of [{}, { apiKey: never }]) {
      const row = await checkOf(openAI(service, { models, ...more }), 50);

      expect(row.advice).toContain('endpoints[0].baseURL');
      expect(row.durationMs).toBeGreaterThanOrEqual(49);
    }
    await service.settled();
  });

  it('shows no secret', async () => {
    vi.stubEnv('CHECK_KEY', 'secret-key');
    const [service] = await startServices('service');
    const paths = ['/secret-token/v1', '/8f14e45fceea167a5a36dedd4bea2543/v1'];
    service.behave(status(404, { body: JSON.stringify({ error: { message: 'secret-message', code: null } }) }));
    const balanced = createBalancedProvider({
      endpoints: paths.map((path) => ({
        type: 'openai',
        baseURL: service.baseURL.replace('/v1', path),
        apiKeyEnv: 'CHECK_KEY',
        headers: { 'x-team': 'secret-header' },
        models,
      })),
    });

    const { rows } = await balanced.check();

    expect(rows.map(({ problem }) => problem)).toEqual(Array(2).fill('There is nothing at /…/v1/responses (404).'));
    expect(JSON.stringify(rows)).not.toMatch(/secret|8f14/);
  });
});
