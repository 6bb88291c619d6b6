import { describe, expect, it } from 'vitest';

import { createBalancedProvider, type InvalidSettingsError } from '../../../src/index.ts';
import type { SdkLanguageModel } from '../../../src/sdk.ts';
import { buildRing } from '../build-ring.ts';
import { FakeEndpoint, hangs, prompt } from '../fake-endpoint.ts';
import { pass, useFakeTime } from '../fake-time.ts';
import { thrownBy, watch } from '../outcome.ts';
import { answer, question } from '../portability/responses-ring.ts';

useFakeTime();

type Sent = { readonly headers: Headers; readonly body: Readonly<Record<string, unknown>> };

/** What one endpoint with settings of its own is sent for a call. */
async function sentTo(endpoint: object, call: object = {}): Promise<Sent> {
  const sent: Sent[] = [];
  const balanced = createBalancedProvider({
    endpoints: [
      {
        type: 'openai',
        apiKey: 'key',
        fetch: async (_: unknown, init?: RequestInit) => {
          sent.push({ headers: new Headers(init?.headers), body: JSON.parse(init?.body as string) as Sent['body'] });
          return answer();
        },
        ...endpoint,
      },
    ],
    api: 'responses',
  });
  const model = balanced('gpt-5') as unknown as SdkLanguageModel;
  await model.doGenerate({ prompt: [question('Hello?')], ...call });
  return sent[0] as Sent;
}

describe('options of an endpoint', () => {
  const flex = { openai: { serviceTier: 'flex', user: 'endpoint' } };
  const endpoint = {
    providerOptions: flex,
    deployments: { 'gpt-5': { name: 'gpt-5-mini', providerOptions: { openai: { user: 'deployment' } } } },
  };

  it.each([
    ['reach its calls', { providerOptions: flex }, {}, ['flex', 'endpoint']],
    ["lose against its deployment's, key by key", endpoint, {}, ['flex', 'deployment']],
    [
      "lose with these against the call's, key by key",
      endpoint,
      { providerOptions: { openai: { serviceTier: 'auto' } } },
      ['auto', 'deployment'],
    ],
    [
      'lose against those that the call has under another key',
      { ...endpoint, type: 'azure', resourceName: 'r' },
      { providerOptions: { openai: { user: 'call' } } },
      ['flex', 'call'],
    ],
  ])('%s', async (_, settings, call, expected) => {
    const { body } = await sentTo(settings, call);

    expect([body['service_tier'], body['user']]).toEqual(expected);
  });

  it('reach a provider that was handed in, with its headers', async () => {
    const fake = new FakeEndpoint('e');
    const balanced = createBalancedProvider({
      endpoints: [
        fake.settings({
          providerOptions: { any: { one: 1, two: 2 } },
          headers: { 'X-One': 'endpoint', 'X-Three': 'endpoint' },
        }),
      ],
    });
    await balanced('m').doGenerate({
      prompt,
      providerOptions: { any: { two: 3 } },
      headers: { 'x-one': 'call', 'x-two': 'call' },
    });

    expect(fake.attempts[0]?.options).toMatchObject({
      providerOptions: { any: { one: 1, two: 3 } },
      headers: { 'x-one': 'call', 'x-two': 'call', 'X-Three': 'endpoint' },
    });
    expect(fake.attempts[0]?.options.headers).not.toHaveProperty('X-One');
  });
});

it("headers of a call win over its deployment's, and these over its endpoint's", async () => {
  const { headers } = await sentTo(
    {
      headers: { 'x-one': 'endpoint', 'x-two': 'endpoint', 'x-three': 'endpoint' },
      deployments: { 'gpt-5': { name: 'gpt-5-mini', headers: { 'X-One': 'deployment', 'x-two': 'deployment' } } },
    },
    { headers: { 'X-ONE': 'call' } },
  );

  expect(['x-one', 'x-two', 'x-three'].map((name) => headers.get(name))).toEqual(['call', 'deployment', 'endpoint']);
});

it.each(['helicone-auth', 'x-gateway-key', 'x-access-token', 'x-secret', 'cookie', 'openai-project', 'user-agent'])(
  'a header %s of a call does not take the place of one that is configured',
  async (name) => {
    const call = { headers: { [name.toUpperCase()]: 'call' } };
    const ofEndpoint = await sentTo({ headers: { [name]: 'endpoint' } }, call);
    const ofDeployment = await sentTo(
      { deployments: { 'gpt-5': { name: 'm', headers: { [name]: 'deployment' } } } },
      call,
    );

    expect(ofEndpoint.headers.get(name)).toBe('endpoint');
    expect(ofDeployment.headers.get(name)).toContain('deployment');
  },
);

it('a header of a deployment that carries a key is refused', () => {
  const thrown = thrownBy(() =>
    createBalancedProvider({
      endpoints: [{ type: 'openai', deployments: { m: { name: 'm', headers: { Authorization: 'Bearer other' } } } }],
    }),
  );

  expect((thrown as InvalidSettingsError).problems).toEqual([
    {
      path: 'endpoints[0].deployments.m.headers',
      message: 'has a header that carries a key: give it in the headers of the endpoint',
    },
  ]);
});

describe('a time limit', () => {
  it('of an endpoint holds there, and the rest of the limits of the ring with it', async () => {
    const { balanced, attempts } = buildRing(
      [
        { timeout: { firstContentMs: 1_000 }, does: hangs() },
        { timeout: { attemptMs: 2_000 }, does: hangs() },
        { does: hangs() },
      ],
      { timeout: { firstContentMs: 3_000, attemptMs: 9_000 } },
    );
    const opening = watch(balanced('m').doStream({ prompt }));
    await pass(999);
    const before = attempts();
    await pass(1);
    const afterFirst = attempts();
    await pass(2_000);
    const afterSecond = attempts();
    expect([before, afterFirst, afterSecond]).toEqual([
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 1],
    ]);
    expect(opening.state).toBe('pending');
  });

  it("of a deployment wins over its endpoint's", async () => {
    const endpoint = new FakeEndpoint('e', hangs());
    const balanced = createBalancedProvider({
      endpoints: [
        endpoint.settings({
          timeout: { attemptMs: 5_000 },
          deployments: { m: { name: 'quick', timeout: { attemptMs: 1_000 } } },
        }),
      ],
      retry: { rounds: 1 },
    });
    const calls = ['m', 'other'].map((id) => watch(balanced(id).doGenerate({ prompt })));
    await pass(1_000);

    expect(calls.map(({ state }) => state)).toEqual(['rejected', 'pending']);
  });
});
