import { embed, generateText } from 'ai';
import { describe, expect, it } from 'vitest';

import { type AzureEndpointSettings, createBalancedProvider, type OpenAIEndpointSettings } from '../../src/index.ts';
import { greetingOf } from '../support/answer.ts';
import { status } from '../support/behaviour.ts';
import { azureV1, openAI } from '../support/endpoints.ts';
import type { FakeService } from '../support/fake-service.ts';
import { startServices } from '../support/start-services.ts';

const prompt = 'A secret question';
const originOf = ({ baseURL }: FakeService): string => new URL(baseURL).origin;
const redirect = (code: number, location: string) => status(code, { headers: { location } });

type EndpointAt = (
  service: FakeService,
  more?: { readonly redirect?: readonly string[] },
) => OpenAIEndpointSettings | AzureEndpointSettings;

const kinds: readonly (readonly [string, EndpointAt, string])[] = [
  [
    'a key of OpenAI',
    (service, more) => openAI(service, { apiKey: 'k-1', headers: { 'x-gateway-key': 'g-1' }, ...more }),
    'authorization',
  ],
  ['a changing key of OpenAI', (service, more) => openAI(service, { apiKey: () => 'k-1', ...more }), 'authorization'],
  [
    'a key of Azure',
    (service, more) => azureV1(service, { apiKey: 'k-1', headers: { 'x-gateway-key': 'g-1' }, ...more }),
    'api-key',
  ],
  ['a changing key of Azure', (service, more) => azureV1(service, { apiKey: () => 'k-1', ...more }), 'api-key'],
];

/** A call to an endpoint that redirects, with a healthy one behind it. */
async function ask(redirecting: OpenAIEndpointSettings | AzureEndpointSettings, healthy: FakeService) {
  const balanced = createBalancedProvider({ endpoints: [redirecting, openAI(healthy)], loadBalancing: false });
  const codes: (number | undefined)[] = [];
  balanced.on('attempt', ({ statusCode }) => void codes.push(statusCode));
  const { text } = await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });
  return { text, codes };
}

describe.each(kinds)('a redirect of an endpoint with %s', (_, endpointAt, header) => {
  it.each([301, 302, 303, 307, 308])(
    'to another origin gets no key, no header and no prompt there: %i',
    async (code) => {
      const [service, other, healthy] = await startServices('service', 'other', 'healthy');
      service.behave(({ path }) => redirect(code, originOf(other) + path));

      const { text, codes } = await ask(endpointAt(service), healthy);

      expect(other.requests).toHaveLength(0);
      expect(text).toBe(greetingOf('healthy'));
      expect(codes).toEqual([code, undefined]);
    },
  );

  it.each([307, 308])('within its origin is followed with all of it: %i', async (code) => {
    const [service, healthy] = await startServices('service', 'healthy');
    service.behaveOnce(({ path }) => redirect(code, `/moved${path}`));

    const { text } = await ask(endpointAt(service), healthy);

    expect(text).toBe(greetingOf('service'));
    expect(service.requests[1]?.headers[header]).toContain('k-1');
    expect(service.requests[1]?.json).toEqual(service.requests[0]?.json);
  });

  it.each([301, 302, 303])('that would lose its body is a failure of the endpoint: %i', async (code) => {
    const [service, healthy] = await startServices('service', 'healthy');
    service.behave(({ path }) => redirect(code, `/moved${path}`));

    const { text } = await ask(endpointAt(service), healthy);

    expect(service.requests).toHaveLength(1);
    expect(text).toBe(greetingOf('healthy'));
  });

  it('to an origin of the redirect setting is followed with all of it', async () => {
    const [service, other, healthy] = await startServices('service', 'other', 'healthy');
    service.behave(({ path }) => redirect(307, originOf(other) + path));

    const { text } = await ask(endpointAt(service, { redirect: [originOf(other)] }), healthy);

    expect(text).toBe(greetingOf('other'));
    expect(other.requests[0]?.headers[header]).toContain('k-1');
    expect(other.requests[0]?.json).toEqual(service.requests[0]?.json);
  });
});

describe('a redirect', () => {
  it.each(['', 'http://[', 'data:application/json,{}', 'file:///etc/passwd'])(
    'to %j is a failure of the endpoint',
    async (location) => {
      const [service, healthy] = await startServices('service', 'healthy');
      service.behave(redirect(308, location));

      expect((await ask(openAI(service), healthy)).text).toBe(greetingOf('healthy'));
    },
  );

  it('that leads in a circle ends as a failure of the endpoint', async () => {
    const [service, healthy] = await startServices('service', 'healthy');
    service.behave(({ path }) => redirect(307, path));

    expect((await ask(openAI(service), healthy)).text).toBe(greetingOf('healthy'));
    expect(service.requests.length).toBeLessThan(30);
  });

  it('from an origin of the redirect setting to a third one is not followed', async () => {
    const [service, second, third, healthy] = await startServices('service', 'second', 'third', 'healthy');
    service.behave(({ path }) => redirect(307, originOf(second) + path));
    second.behave(({ path }) => redirect(307, originOf(third) + path));

    const { text } = await ask(openAI(service, { redirect: [originOf(second)] }), healthy);

    expect(text).toBe(greetingOf('healthy'));
    expect(third.requests).toHaveLength(0);
  });

  it('is not followed for embeddings either', async () => {
    const [service, other] = await startServices('service', 'other');
    service.behave(({ path }) => redirect(307, originOf(other) + path));
    const balanced = createBalancedProvider({ endpoints: [azureV1(service)], retry: { rounds: 1 } });

    await expect(embed({ model: balanced.embeddingModel('e'), value: 'secret', maxRetries: 0 })).rejects.toMatchObject({
      statusCode: 502,
    });
    expect(other.requests).toHaveLength(0);
  });
});
