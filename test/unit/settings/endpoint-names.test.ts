import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createBalancedProvider, type EndpointSettings } from '../../../src/index.ts';

const namesOf = (...endpoints: readonly EndpointSettings[]) =>
  createBalancedProvider({ endpoints })
    .status()
    .endpoints.map(({ name }) => name);

const apiKey = 'sk-1';
const provider = { languageModel: () => undefined };

describe('an endpoint without a name is called', () => {
  it.each<[string, EndpointSettings]>([
    ['azure:my-eastus', { type: 'azure', resourceName: 'my-eastus', apiKey }],
    [
      'azure:my-eastus.openai.azure.com',
      { type: 'azure', baseURL: 'https://my-eastus.openai.azure.com/openai', apiKey },
    ],
    ['azure:AZURE_BASE_URL_2', { type: 'azure', baseURLEnv: 'AZURE_BASE_URL_2', apiKey }],
    ['openai:api.openai.com', { type: 'openai', apiKey }],
    ['openai:localhost:8080', { type: 'openai', baseURL: 'http://localhost:8080/v1', apiKey }],
    ['provider', { provider }],
  ])('%s', (name, settings) => {
    expect(namesOf(settings)).toEqual([name]);
  });

  it('by the same name with a number, when its place is that of another', () => {
    expect(namesOf({ type: 'openai', apiKey }, { type: 'openai', apiKey: 'sk-2' }, { provider }, { provider })).toEqual(
      ['openai:api.openai.com', 'openai:api.openai.com#2', 'provider', 'provider#2'],
    );
  });

  it('by a name that no other endpoint has', () => {
    expect(namesOf({ type: 'openai', apiKey }, { name: 'openai:api.openai.com', provider })).toEqual([
      'openai:api.openai.com#2',
      'openai:api.openai.com',
    ]);
  });

  it('without what is secret in its URL', () => {
    const [name] = namesOf({
      type: 'openai',
      baseURL: 'https://a.example/secret',
      apiKey,
    });

    expect(name).toBe('openai:a.example');
  });
});

it('names are unique, whatever the endpoints are and are called', () => {
  const place = fc.constantFrom('a', 'b');
  const endpoint = fc.oneof(
    place.map((resourceName): EndpointSettings => ({ type: 'azure', resourceName, apiKey })),
    place.map((host): EndpointSettings => ({ type: 'openai', baseURL: `https://${host}`, apiKey })),
    fc.constant<EndpointSettings>({ provider }),
  );
  const given = fc.uniqueArray(
    fc.constantFrom('provider', 'provider#2', 'azure:a', 'azure:a#2', 'azure:a#3', 'openai:b', 'openai:b#2'),
  );
  fc.assert(
    fc.property(fc.array(endpoint, { minLength: 1, maxLength: 6 }), given, fc.nat(), (nameless, names, seed) => {
      const named = names.map((name): EndpointSettings => ({ name, provider }));
      const cut = seed % (nameless.length + 1);
      const all = namesOf(...nameless.slice(0, cut), ...named, ...nameless.slice(cut));

      expect(new Set(all).size).toBe(all.length);
      expect(all).toEqual(expect.arrayContaining(names));
    }),
  );
});
