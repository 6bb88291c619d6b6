import { embed, generateText, streamText } from 'ai';
import { describe, expect, it } from 'vitest';

import { type AzureEndpointSettings, createBalancedProvider, type OpenAIEndpointSettings } from '../../src/index.ts';
import { greetingOf } from '../support/answer.ts';
import { answer } from '../support/behaviour.ts';
import { azureV1, openAI } from '../support/endpoints.ts';
import type { FakeService } from '../support/fake-service.ts';
import { startServices } from '../support/start-services.ts';

const prompt = 'Who are you?';

const withToken = (service: FakeService): AzureEndpointSettings => {
  const { apiKey: _, ...settings } = azureV1(service);
  return { ...settings, tokenProvider: () => 'k-1' };
};

type Credentials = Readonly<Record<'authorization' | 'api-key', string | undefined>>;

describe('a header of a call that carries a credential', () => {
  const kinds: readonly (readonly [
    string,
    (service: FakeService) => OpenAIEndpointSettings | AzureEndpointSettings,
    Partial<Credentials>,
  ])[] = [
    ['a key of OpenAI', (service) => openAI(service, { apiKey: 'k-1' }), { authorization: 'Bearer k-1' }],
    [
      'a changing key of OpenAI',
      (service) => openAI(service, { apiKey: () => 'k-1' }),
      { authorization: 'Bearer k-1' },
    ],
    ['a key of Azure', (service) => azureV1(service, { apiKey: 'k-1' }), { 'api-key': 'k-1' }],
    ['a changing key of Azure', (service) => azureV1(service, { apiKey: () => 'k-1' }), { 'api-key': 'k-1' }],
    ['a token of Azure', withToken, { authorization: 'Bearer k-1' }],
  ];
  const names = ['authorization', 'Authorization', 'api-key', 'API-KEY', 'ocp-apim-subscription-key'];

  it.each(
    kinds.flatMap(([kind, endpointAt, expected]) => names.map((name) => [name, kind, endpointAt, expected] as const)),
  )('(%s) does not take the place of %s, nor stand beside it', async (name, _, endpointAt, expected) => {
    const [service] = await startServices('service');
    const balanced = createBalancedProvider({ endpoints: [endpointAt(service)] });

    await generateText({ model: balanced('gpt-4'), prompt, headers: { [name]: 'Bearer of-a-user' } });

    const sent = service.requests[0]?.headers ?? {};
    const { authorization, 'api-key': apiKey } = sent;
    expect({ authorization, 'api-key': apiKey }).toEqual({
      authorization: undefined,
      'api-key': undefined,
      ...expected,
    });
    expect(JSON.stringify(sent)).not.toContain('of-a-user');
  });
});

describe('a header of an endpoint', () => {
  it('wins over the same header of a call, whatever it is called', async () => {
    const [service] = await startServices('service');
    const balanced = createBalancedProvider({
      endpoints: [
        openAI(service, { headers: { 'X-Gateway-Key': 'of-the-gateway' }, organization: 'org-1', project: 'proj-1' }),
      ],
    });

    await generateText({
      model: balanced('gpt-4'),
      prompt,
      headers: {
        'x-gateway-key': 'of-a-user',
        'OpenAI-Organization': 'of-a-user',
        'openai-project': 'of-a-user',
        'x-trace': 't-1',
      },
    });

    expect(service.requests[0]?.headers).toMatchObject({
      'x-gateway-key': 'of-the-gateway',
      'openai-organization': 'org-1',
      'openai-project': 'proj-1',
      'x-trace': 't-1',
    });
  });
});

describe('a header of the message that an app hands on', () => {
  it.each([
    ['host', 'app.example.com'],
    ['content-length', '2'],
  ])('(%s) is not sent, since it is wrong in another message', async (name, value) => {
    const [service] = await startServices('service');
    const balanced = createBalancedProvider({ endpoints: [openAI(service)] });

    const { text } = await generateText({ model: balanced('gpt-4'), prompt, headers: { [name]: value } });

    expect(text).toBe(greetingOf('service'));
    expect(service.requests[0]?.headers[name]).not.toBe(value);
  });
});

describe('a header that a call cannot set', () => {
  const refused = {
    expect: '100-continue',
    'transfer-encoding': 'chunked',
    'keep-alive': 'timeout=5',
    upgrade: 'websocket',
    connection: 'x-any',
  };

  it.each(Object.entries(refused))(
    '(%s) is the fault of that call, and no endpoint is out for it',
    async (name, value) => {
      const services = await startServices('one', 'two');
      const balanced = createBalancedProvider({
        endpoints: [openAI(services[0]), azureV1(services[1])],
        failureThreshold: 1,
      });
      services[0].behaveOnce(answer({}, { heldUntil: services[1].received(0) }));

      const other = generateText({ model: balanced('gpt-4'), prompt });
      await services[0].received(0);
      const errors = [];
      for (let call = 0; call < 4; call++) {
        const failed = generateText({ model: balanced('gpt-4'), prompt, headers: { [name]: value }, maxRetries: 0 });
        errors.push(await failed.then(String, (error: unknown) => error));
      }
      const { text } = await generateText({ model: balanced('gpt-4'), prompt });

      expect(errors).toEqual(
        Array.from({ length: 4 }, () => expect.objectContaining({ name: 'AI_InvalidArgumentError' }) as Error),
      );
      expect(errors.map(String).join('')).toContain(name);
      expect(errors.map(String).join('')).not.toContain(value);
      expect(balanced.status().endpoints.flatMap(({ deployments }) => deployments.map(({ state }) => state))).toEqual([
        'closed',
        'closed',
      ]);
      expect(text).toBe(greetingOf('two'));
      expect((await other).text).toBe(greetingOf('one'));
    },
  );

  it('ends a stream and an embedding in the same way', async () => {
    const [service] = await startServices('service');
    const balanced = createBalancedProvider({ endpoints: [openAI(service)], failureThreshold: 1 });
    const headers = { expect: '100-continue' };
    const errors: unknown[] = [];

    const { textStream } = streamText({
      model: balanced('gpt-4'),
      prompt,
      headers,
      onError: ({ error }) => void errors.push(error),
    });
    for await (const _ of textStream) throw new Error('There is text.');
    await embed({ model: balanced.embeddingModel('e'), value: 'a', headers, maxRetries: 0 }).catch(
      (error: unknown) => void errors.push(error),
    );

    expect(errors.map((error) => (error as Error).name)).toEqual([
      'AI_InvalidArgumentError',
      'AI_InvalidArgumentError',
    ]);
    expect(service.requests).toEqual([]);
  });
});
