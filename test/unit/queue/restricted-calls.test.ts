import { describe, expect, it } from 'vitest';

import { AllEndpointsFailedError, createBalancedProvider } from '../../../src/index.ts';
import type { SdkLanguageModel } from '../../../src/sdk.ts';
import type { BalancedProviderSettings } from '../../../src/settings/settings.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';
import { answer, question } from '../portability/responses-ring.ts';

useFakeTime();

type Endpoint = 'a' | 'b';

const rejection = (status: number, code: string, headers: Readonly<Record<string, string>> = {}): Response =>
  Response.json({ error: { code } }, { status, headers });
const limitedFor = (seconds: number) => rejection(429, 'rate_limit_exceeded', { 'retry-after': `${seconds}` });

/** Two endpoints of which some calls can only go to `a`, and what each request is answered, if it is not kept waiting. */
function ring(
  respond: (endpoint: Endpoint) => Response | undefined,
  limits: object = {},
  settings: Partial<BalancedProviderSettings> = {},
) {
  const asked: string[] = [];
  const held: { readonly endpoint: Endpoint; readonly answer: () => void }[] = [];
  const balanced = createBalancedProvider({
    endpoints: (['a', 'b'] as const).map((name) => ({
      type: 'openai' as const,
      name,
      apiKey: 'any',
      baseURL: `https://${name}.example/v1`,
      ...limits,
      fetch: async (_: unknown, init?: RequestInit) => {
        asked.push(`${/#(\w+)/.exec(init?.body as string)?.[1]}@${name}`);
        const response = respond(name);
        if (response === undefined) await new Promise<void>((go) => held.push({ endpoint: name, answer: go }));
        return response ?? answer();
      },
    })),
    api: 'responses',
    loadBalancing: false,
    ...settings,
  });
  const model = balanced('gpt-5') as unknown as SdkLanguageModel;
  const stored = { openai: { previousResponseId: 'resp_1' }, balanced: { endpoint: 'a' } };
  const ask = (id: string, more: object = {}) =>
    watch(model.doGenerate({ prompt: [question(`#${id}`)], ...more }) as Promise<unknown>);
  return { asked, held, ask, askA: (id: string) => ask(id, { providerOptions: stored }) };
}

it('a call that only one endpoint can take waits its turn like all others', async () => {
  const { ask, askA, asked, held } = ring(() => undefined, { maxConcurrency: 1 });
  ask('x');
  ask('y');
  await happenings();
  ask('first');
  ask('second');
  await happenings();
  askA('pinned');
  await happenings();

  held.find(({ endpoint }) => endpoint === 'a')?.answer();
  await happenings();

  expect(asked.at(-1)).toBe('first@a');
});

describe('while calls wait for the one endpoint that can take them, other calls', () => {
  const busy = (endpoint: Endpoint) => (endpoint === 'a' ? limitedFor(15) : answer());

  it('go to another at once, however many wait', async () => {
    const { ask, askA } = ring(busy, {}, { maxWaiting: 5 });
    for (let call = 0; call < 8; call++) {
      askA(`p${call}`);
      await happenings();
    }
    const others = Array.from({ length: 100 }, (_, call) => ask(`o${call}`));
    await happenings();

    expect(others.filter(({ state }) => state === 'fulfilled')).toHaveLength(100);
  });

  it('find a place in the queue, however many wait for that one endpoint', async () => {
    const { ask, askA } = ring(
      (endpoint) => (endpoint === 'a' ? limitedFor(15) : limitedFor(1)),
      {},
      { maxWaiting: 5 },
    );
    ask('first');
    for (let call = 0; call < 8; call++) {
      askA(`p${call}`);
      await happenings();
    }
    const other = ask('other');
    await happenings();

    expect(other.state).toBe('pending');
  });

  it('are not refused because so many calls wait for that one endpoint', async () => {
    const { ask, askA } = ring(busy, { rpm: 60 }, { maxWaitMs: 20_000 });
    askA('p');
    await happenings();
    for (let call = 0; call < 30; call++) askA(`p${call}`);
    await happenings();
    const others = Array.from({ length: 65 }, (_, call) => ask(`o${call}`));
    await pass(6_000);

    expect(others.filter(({ state }) => state === 'fulfilled')).toHaveLength(65);
  });

  it('do not take the capacity that the waiting calls have a right to', async () => {
    const { ask, askA, asked } = ring((endpoint) => (endpoint === 'a' ? limitedFor(1) : answer()), {}, {});
    askA('pinned');
    await happenings();
    asked.length = 0;
    await pass(990);
    for (let call = 0; call < 10; call++) ask(`o${call}`);
    await happenings();

    expect(asked.filter((each) => each.endsWith('@a'))).toEqual([]);
  });
});

it('a call whose one endpoint is out fails with the time of its next probe, and not for want of capacity', async () => {
  const { askA } = ring((endpoint) => (endpoint === 'a' ? rejection(401, 'invalid_api_key') : answer()));
  askA('first');
  await happenings();

  const call = askA('second');
  await happenings();

  expect(AllEndpointsFailedError.isInstance(call.error)).toBe(true);
  expect(call.error).toMatchObject({ statusCode: 503, retryAfterMs: expect.closeTo(600_000, -3) as number });
});

it('a call whose one endpoint is out and rate limited becomes its early probe as soon as the limit ends', async () => {
  const failing = [rejection(500, 'server_error'), limitedFor(5), rejection(500, 'server_error')];
  const { ask, askA } = ring(
    () => failing.shift() ?? answer(),
    {},
    { failureThreshold: 1, cooldownMs: 600_000, retry: { rounds: 1 } },
  );
  // The first two at `a`, which goes out and names a time; the third at `b`, which goes out too.
  askA('p1');
  askA('p2');
  await happenings();
  ask('o');
  await pass(100);

  const call = askA('pinned');
  await pass(4_500);
  expect(call.state).toBe('pending');
  await pass(1_000);

  expect(call.state).toBe('fulfilled');
});
