import { LoadSettingError } from '@ai-sdk/provider';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import {
  type BalancedProvider,
  createBalancedProvider,
  type EndpointSettings,
  MissingCredentialsError,
} from '../../../src/index.ts';
import { fakeFetch } from '../fake-fetch.ts';
import { FakeEndpoint, prompt } from '../fake-endpoint.ts';
import { errorOf } from '../outcome.ts';

const variables = [
  'OPENAI_KEY_1',
  'AZURE_KEY_2',
  'AZURE_URL_2',
  'OPENAI_API_KEY',
  'OPENAI_BASE_URL',
  'AZURE_API_KEY',
  'AZURE_RESOURCE_NAME',
];

beforeEach(() => {
  for (const variable of variables) vi.stubEnv(variable, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

const ask = (balanced: BalancedProvider, id = 'gpt-4') => balanced.chat(id).doGenerate({ prompt });

async function missing(balanced: BalancedProvider): Promise<MissingCredentialsError> {
  const error = await errorOf(ask(balanced));
  if (!MissingCredentialsError.isInstance(error)) throw error;
  return error;
}

describe('a provider before its first call', () => {
  it('reads nothing from the environment', () => {
    const read: PropertyKey[] = [];
    const env = new Proxy(process.env, {
      get: (target, name) => {
        read.push(name);
        return Reflect.get(target, name);
      },
    });
    vi.stubGlobal(
      'process',
      new Proxy(process, { get: (target, key) => (key === 'env' ? env : Reflect.get(target, key)) }),
    );

    createBalancedProvider({
      endpoints: [
        { type: 'openai', apiKeyEnv: 'OPENAI_KEY_1' },
        { type: 'azure', apiKeyEnv: 'AZURE_KEY_2', baseURLEnv: 'AZURE_URL_2' },
        { type: 'azure' },
        { type: 'openai' },
      ],
    });

    expect(read.filter((name) => variables.includes(String(name)))).toEqual([]);
  });

  it('has models of every kind without credentials, as a build needs it', () => {
    const balanced = createBalancedProvider({
      endpoints: [
        { type: 'openai', apiKeyEnv: 'OPENAI_KEY_1' },
        { type: 'azure', apiKeyEnv: 'AZURE_KEY_2', baseURLEnv: 'AZURE_URL_2' },
        { type: 'azure', tokenProvider: () => 'token' },
      ],
    });

    expect(balanced('gpt-4')).toMatchObject({ specificationVersion: 'v4', modelId: 'gpt-4' });
    expect(balanced.embeddingModel('text-embedding-3-small')).toMatchObject({ specificationVersion: 'v4' });
    expect(balanced.imageModel('gpt-image-1')).toMatchObject({ specificationVersion: 'v4' });
    expect(balanced.status().endpoints.map(({ isSkipped }) => isSkipped)).toEqual([false, false, false]);
  });

  it('asks no provider that was handed in for models, which may need settings that are not there yet', () => {
    const provider = {
      languageModel: () => {
        throw new LoadSettingError({ message: 'The region is missing.' });
      },
    };

    expect(() => createBalancedProvider({ endpoints: [{ name: 'vertex', provider }] })).not.toThrow();
  });
});

describe('what the environment lacks', () => {
  it('is listed in one error, by the path of the setting that asks for it', async () => {
    const balanced = createBalancedProvider({
      endpoints: [
        { type: 'openai', apiKeyEnv: 'OPENAI_KEY_1' },
        { type: 'azure', apiKeyEnv: 'AZURE_KEY_2', baseURLEnv: 'AZURE_URL_2' },
      ],
    });

    const error = await missing(balanced);

    expect(error.problems).toHaveLength(3);
    for (const line of [
      'endpoints[0].apiKeyEnv: environment variable OPENAI_KEY_1 is not set',
      'endpoints[1].apiKeyEnv: environment variable AZURE_KEY_2 is not set',
      'endpoints[1].baseURLEnv: environment variable AZURE_URL_2 is not set',
    ]) {
      expect(error.message).toContain(line);
    }
  });

  it.each<[string, EndpointSettings, readonly string[]]>([
    ['the key of OpenAI', { type: 'openai' }, ['OPENAI_API_KEY']],
    ['the key and the resource of Azure', { type: 'azure' }, ['AZURE_RESOURCE_NAME', 'AZURE_API_KEY']],
    ['the resource of Azure alone', { type: 'azure', tokenProvider: () => 'token' }, ['AZURE_RESOURCE_NAME']],
  ])('is looked for under the names that the AI SDK uses: %s', async (_, endpoint, names) => {
    const { message, problems } = await missing(createBalancedProvider({ endpoints: [endpoint] }));

    expect(problems).toHaveLength(names.length);
    for (const name of names) expect(message).toContain(`environment variable ${name} is not set`);
  });

  it('includes variables that are empty', async () => {
    vi.stubEnv('OPENAI_KEY_1', '  ');

    const { message } = await missing(
      createBalancedProvider({ endpoints: [{ type: 'openai', apiKeyEnv: 'OPENAI_KEY_1' }] }),
    );

    expect(message).toContain('OPENAI_KEY_1');
  });

  it('includes a URL that is none, which is not repeated', async () => {
    vi.stubEnv('AZURE_URL_2', 'sk-pasted-into-the-wrong-line');
    const balanced = createBalancedProvider({
      endpoints: [{ type: 'azure', apiKey: 'k-1', baseURLEnv: 'AZURE_URL_2' }],
    });

    const { message, problems } = await missing(balanced);

    expect(problems.map(({ path }) => path)).toEqual(['endpoints[0].baseURLEnv']);
    expect(message).not.toContain('sk-pasted');
  });

  it.each(['localhost:1234/v1', 'file:///etc/passwd', 'https://a.example/v1?key=sk-secret'])(
    'includes a URL that no request can be sent to: %s',
    async (value) => {
      vi.stubEnv('AZURE_URL_2', value);
      vi.stubEnv('OPENAI_BASE_URL', value);
      const balanced = createBalancedProvider({
        endpoints: [
          { type: 'azure', apiKey: 'k-1', baseURLEnv: 'AZURE_URL_2' },
          { type: 'openai', apiKey: 'k-1' },
        ],
      });

      const { message, problems } = await missing(balanced);

      expect(problems.map(({ path }) => path)).toEqual(['endpoints[0].baseURLEnv', 'endpoints[1].baseURL']);
      expect(message).not.toContain(value);
    },
  );

  it.each(['sk-secret\nsk-other', 'sk-secret\u2013other'])(
    'includes a key that no header can have, and does not repeat it: %j',
    async (value) => {
      vi.stubEnv('OPENAI_KEY_1', value);

      const { message } = await missing(
        createBalancedProvider({ endpoints: [{ type: 'openai', apiKeyEnv: 'OPENAI_KEY_1' }] }),
      );

      expect(message).toContain('endpoints[0].apiKeyEnv: environment variable OPENAI_KEY_1 has a character');
      expect(message).not.toContain('sk-secret');
    },
  );

  it('includes the name of a resource that is a URL', async () => {
    vi.stubEnv('AZURE_RESOURCE_NAME', 'https://my-east.openai.azure.com');

    const { message } = await missing(createBalancedProvider({ endpoints: [{ type: 'azure', apiKey: 'k-1' }] }));

    expect(message).toContain('endpoints[0].resourceName: environment variable AZURE_RESOURCE_NAME is no name');
    expect(message).not.toContain('my-east');
  });

  it.each([
    'a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3',
    'A0B1C2D3E4F5A0B1C2D3E4F5A0B1C2D3',
    'gsk_a0b1c2d3e4f5',
    'hf_AbCdEfGhIjKl',
    'sk_live_51AbCdEf',
    'SK_A0B1C2D3E4F5A0B1C2',
  ])('is not named when it may be the key itself: %s', async (pasted) => {
    const balanced = createBalancedProvider({
      endpoints: [
        { type: 'azure', resourceName: 'east', apiKeyEnv: pasted },
        { type: 'azure', baseURLEnv: pasted, apiKey: 'k-1' },
      ],
    });

    const { message, problems } = await missing(balanced);

    expect(problems.map(({ path }) => path)).toEqual(['endpoints[0].apiKeyEnv', 'endpoints[1].baseURLEnv']);
    expect(message + JSON.stringify(balanced.status())).not.toContain(pasted);
  });

  it('does not include values with blanks around them', async () => {
    vi.stubEnv('OPENAI_KEY_1', ' sk-1\n');
    vi.stubEnv('OPENAI_BASE_URL', 'https://a.example/v1 ');
    const { fetch, sent } = fakeFetch();

    await ask(createBalancedProvider({ endpoints: [{ type: 'openai', apiKeyEnv: 'OPENAI_KEY_1', fetch }] }));

    expect(sent[0]?.url.href).toBe('https://a.example/v1/chat/completions');
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer sk-1');
  });

  it('can be set later, and is found by the next call', async () => {
    const { fetch, sent } = fakeFetch();
    const balanced = createBalancedProvider({
      endpoints: [{ type: 'azure', apiKeyEnv: 'AZURE_KEY_2', baseURLEnv: 'AZURE_URL_2', fetch }],
    });
    const model = balanced.chat('gpt-4');
    await missing(balanced);

    vi.stubEnv('AZURE_KEY_2', 'k-2');
    vi.stubEnv('AZURE_URL_2', 'https://west.openai.azure.com/openai');
    await model.doGenerate({ prompt });

    expect(sent.map(({ url }) => url.host)).toEqual(['west.openai.azure.com']);
    expect(sent[0]?.headers.get('api-key')).toBe('k-2');
  });

  it('fails a call before any endpoint is asked', async () => {
    const healthy = new FakeEndpoint('healthy');
    const balanced = createBalancedProvider({
      endpoints: [healthy.settings(), { type: 'openai', apiKeyEnv: 'OPENAI_KEY_1' }],
    });

    await missing(balanced);

    expect(healthy.attempts).toHaveLength(0);
  });
});

describe('OPENAI_BASE_URL', () => {
  it('is the place of OpenAI endpoints without one, when it is set by the first call', async () => {
    const { fetch, sent } = fakeFetch();
    const balanced = createBalancedProvider({
      endpoints: [
        { type: 'openai', name: 'a', apiKey: 'k-1', fetch },
        { type: 'openai', name: 'b', apiKey: 'k-1', baseURL: 'https://b.example/v1', fetch },
      ],
    });

    vi.stubEnv('OPENAI_BASE_URL', 'https://a.example/v1');
    await ask(balanced);
    await ask(balanced);

    expect(sent.map(({ url }) => url.host)).toEqual(['a.example', 'b.example']);
  });

  it('is not needed', async () => {
    const { fetch, sent } = fakeFetch();

    await ask(createBalancedProvider({ endpoints: [{ type: 'openai', apiKey: 'k-1', fetch }] }));

    expect(sent.map(({ url }) => url.host)).toEqual(['api.openai.com']);
  });
});

describe("onMissingCredentials: 'skip'", () => {
  const onMissingCredentials = 'skip';

  it('leaves out what lacks something, and shows it', async () => {
    const healthy = new FakeEndpoint('healthy');
    const balanced = createBalancedProvider({
      onMissingCredentials,
      endpoints: [{ type: 'openai', name: 'keyless', apiKeyEnv: 'OPENAI_KEY_1' }, healthy.settings()],
    });

    for (let call = 0; call < 4; call++) await ask(balanced);

    expect(healthy.attempts).toHaveLength(4);
    expect(balanced.status().endpoints.map(({ name, isSkipped }) => [name, isSkipped])).toEqual([
      ['keyless', true],
      ['healthy', false],
    ]);
  });

  it('throws the list when no endpoint is left', async () => {
    const balanced = createBalancedProvider({
      onMissingCredentials,
      endpoints: [
        { type: 'openai', apiKeyEnv: 'OPENAI_KEY_1' },
        { type: 'azure', resourceName: 'east' },
      ],
    });

    const { message, problems } = await missing(balanced);

    expect(problems).toHaveLength(2);
    expect(message.split('\n')[0]).toContain('at least one');
  });

  it('fails a call at once for a model that only skipped endpoints serve', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const healthy = new FakeEndpoint('healthy');
    const balanced = createBalancedProvider({
      onMissingCredentials,
      endpoints: [
        { type: 'openai', name: 'keyless', apiKeyEnv: 'OPENAI_KEY_1', models: ['gpt-4'] },
        healthy.settings({ models: ['claude'] }),
      ],
    });

    const call = errorOf(ask(balanced));
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    const timers = vi.getTimerCount();
    await vi.runAllTimersAsync();
    vi.useRealTimers();

    expect(await call).toBeInstanceOf(Error);
    expect(timers).toBe(0);
  });
});

describe('a key that is asked for at each attempt', () => {
  it.each(['sk-secret\nsk-other', 'sk-secret\u2013other'])(
    'leads to the next endpoint when no header can have it, and is not repeated: %j',
    async (value) => {
      const healthy = fakeFetch();
      const balanced = createBalancedProvider({
        endpoints: [
          { type: 'openai', name: 'odd', apiKey: () => value },
          { type: 'openai', name: 'healthy', apiKey: 'any', fetch: healthy.fetch },
        ],
        loadBalancing: false,
      });
      const errors: string[] = [];
      balanced.on('attempt', (event) => void errors.push(JSON.stringify(event)));

      await ask(balanced);

      expect(healthy.sent).toHaveLength(1);
      expect(errors.join('')).not.toContain('sk-secret');
    },
  );

  it('stands beside a header that the endpoint has of its own', async () => {
    const { fetch, sent } = fakeFetch();

    await ask(
      createBalancedProvider({
        endpoints: [{ type: 'openai', apiKey: () => 'sk-1', headers: { 'api-key': 'of-the-gateway' }, fetch }],
      }),
    );

    expect(sent[0]?.headers.get('api-key')).toBe('of-the-gateway');
  });
});

describe('a setting that was written and is undefined', () => {
  const place = { resourceName: 'east' };
  const key = { apiKey: 'k-1' };

  it.each<[string, EndpointSettings]>([
    ['apiKey', { type: 'openai', apiKey: undefined }],
    ['apiKeyEnv', { type: 'openai', apiKeyEnv: undefined }],
    ['apiKey', { type: 'azure', ...place, apiKey: undefined }],
    ['tokenProvider', { type: 'azure', ...place, tokenProvider: undefined }],
    ['baseURL', { type: 'openai', ...key, baseURL: undefined }],
    ['baseURLEnv', { type: 'openai', ...key, baseURLEnv: undefined }],
    ['resourceName', { type: 'azure', ...key, resourceName: undefined }],
    ['baseURL', { type: 'azure', ...key, baseURL: undefined }],
  ])(
    'is the problem of that setting, and nothing of the environment stands in for it: %s of %o',
    async (name, endpoint) => {
      for (const variable of ['OPENAI_API_KEY', 'AZURE_API_KEY', 'AZURE_RESOURCE_NAME'])
        vi.stubEnv(variable, 'another');
      vi.stubEnv('OPENAI_BASE_URL', 'https://another.example/v1');
      const { fetch, sent } = fakeFetch();

      const { problems } = await missing(
        createBalancedProvider({ endpoints: [{ ...endpoint, fetch } as EndpointSettings] }),
      );

      expect(problems).toEqual([
        { path: `endpoints[0].${name}`, message: expect.stringContaining('is undefined') as string },
      ]);
      expect(sent).toEqual([]);
    },
  );

  it('is no problem beside one that says the same and is given', async () => {
    vi.stubEnv('OPENAI_KEY_1', 'sk-1');
    const { fetch, sent } = fakeFetch();
    const balanced = createBalancedProvider({
      endpoints: [
        { type: 'azure', ...place, apiKey: undefined, tokenProvider: () => 'token', baseURL: undefined, fetch },
        { type: 'openai', apiKey: undefined, apiKeyEnv: 'OPENAI_KEY_1', fetch },
      ],
    });

    await ask(balanced);
    await ask(balanced);

    expect(sent.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer token', 'Bearer sk-1']);
  });
});
