import { describe, expect, it, vi } from 'vitest';

import { type BalancedProvider, createBalancedProvider, type EndpointSettings } from '../../../src/index.ts';
import { fakeFetch } from '../fake-fetch.ts';
import { FakeEndpoint, prompt } from '../fake-endpoint.ts';
import { pass, useFakeTime } from '../fake-time.ts';

useFakeTime();

/** A service that accepts one key. */
function serviceFor(accepted: () => string) {
  const { fetch, sent } = fakeFetch();
  const guarded: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    const key = headers.get('api-key') ?? headers.get('authorization')?.replace('Bearer ', '');
    if (key === accepted()) return fetch(input, init);
    const error = { message: 'Refused.', code: 'invalid_api_key' };
    return Promise.resolve(Response.json({ error }, { status: 401 }));
  };
  return { fetch: guarded, sent };
}

async function ask(balanced: BalancedProvider): Promise<void> {
  await balanced('m').doGenerate({ prompt });
}

type Place = (key: () => string, fetch: typeof globalThis.fetch) => EndpointSettings;
const places: readonly (readonly [string, Place])[] = [
  ['apiKey of OpenAI', (apiKey, fetch) => ({ type: 'openai', name: 'own', apiKey, fetch })],
  ['apiKey of Azure', (apiKey, fetch) => ({ type: 'azure', name: 'own', resourceName: 'east', apiKey, fetch })],
  [
    'tokenProvider',
    (tokenProvider, fetch) => ({ type: 'azure', name: 'own', resourceName: 'east', tokenProvider, fetch }),
  ],
];

describe.each(places)('a refused key of a function (%s)', (_, endpointOf) => {
  it('keeps its endpoint out while the function returns it, and is looked at once a second', async () => {
    const { fetch, sent } = serviceFor(() => 'good');
    const key = vi.fn(() => 'bad');
    const other = new FakeEndpoint('other');
    const balanced = createBalancedProvider({
      endpoints: [endpointOf(key, fetch), other.settings()],
      loadBalancing: false,
      api: 'chat',
    });

    await ask(balanced);
    await pass(10_000);
    await ask(balanced);

    expect(sent).toHaveLength(0);
    expect(other.attempts).toHaveLength(2);
    expect(key.mock.calls.length).toBeGreaterThan(5);
    expect(key.mock.calls.length).toBeLessThanOrEqual(11);
    await pass(600_000);
    const count = key.mock.calls.length;
    await pass(60_000);
    expect(key).toHaveBeenCalledTimes(count);
  });

  it('is looked at again although the function did not return once', async () => {
    const { fetch, sent } = serviceFor(() => 'good');
    const key = vi.fn<() => string>();
    key
      .mockReturnValueOnce('bad')
      .mockReturnValueOnce(new Promise(() => undefined) as never)
      .mockReturnValue('good');
    const balanced = createBalancedProvider({
      endpoints: [endpointOf(key, fetch), new FakeEndpoint('other').settings()],
      loadBalancing: false,
      api: 'chat',
    });

    await ask(balanced);
    await pass(13_000);
    await ask(balanced);

    expect(sent).toHaveLength(1);
  });

  it('ends its cooldown once the function returns another, whether or not the endpoint has served before', async () => {
    let [key, accepted] = ['bad', 'good'];
    const { fetch, sent } = serviceFor(() => accepted);
    const balanced = createBalancedProvider({
      endpoints: [endpointOf(() => key, fetch), new FakeEndpoint('other').settings()],
      loadBalancing: false,
      api: 'chat',
    });
    const recovered: unknown[] = [];
    balanced.on('recovered', ({ endpoint }) => recovered.push(endpoint));

    for (const next of ['good', 'better']) {
      accepted = next;
      await ask(balanced);
      const before = sent.length;
      key = next;
      await pass(1_100);
      await ask(balanced);
      await ask(balanced);
      expect(sent).toHaveLength(before + 2);
    }
    expect(recovered).toEqual(['own', 'own']);
  });
});
