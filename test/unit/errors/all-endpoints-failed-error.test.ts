import { inspect } from 'node:util';

import { APICallError, JSONParseError } from '@ai-sdk/provider';
import { describe, expect, it, vi } from 'vitest';

import {
  AllEndpointsFailedError,
  type BalancedProviderSettings,
  createBalancedProvider,
  type EndpointSettings,
} from '../../../src/index.ts';
import { apiError, networkError, rateLimit } from '../api-error.ts';
import { buildRing, type EndpointPlan } from '../build-ring.ts';
import { type Behaviour, fails, hangs, prompt, start, streams } from '../fake-endpoint.ts';
import { pass, useFakeTime } from '../fake-time.ts';
import { errorOf } from '../outcome.ts';

useFakeTime();

async function failureOf(plans: readonly EndpointPlan[], settings: Partial<BalancedProviderSettings> = {}) {
  const call = buildRing(plans, { retry: { rounds: 1 }, ...settings }).ask();
  await pass(60_000);
  if (!AllEndpointsFailedError.isInstance(call.error)) throw call.error;
  return call.error;
}

/** What the AI SDK throws when a page of HTML comes with status 200. */
const brokenAnswer = () =>
  new APICallError({
    message: 'Invalid JSON response',
    url: 'https://fake.example/v1',
    requestBodyValues: {},
    statusCode: 200,
    cause: new JSONParseError({ text: '<html>', cause: new SyntaxError('Unexpected token') }),
  });

describe('the error of a call that has given up', () => {
  it('is to the AI SDK an APICallError that is not retryable', async () => {
    const error = await failureOf([fails(apiError(500)), fails(rateLimit(1))]);

    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'AI_AllEndpointsFailedError', isRetryable: false, modelId: 'm' });
    expect(AllEndpointsFailedError.isInstance(apiError(500))).toBe(false);
  });

  it('is recognised when another copy of this package made it', async () => {
    vi.resetModules();
    const copy = await import('../../../src/index.ts');
    const error = await failureOf([fails(apiError(500))]);

    expect(copy.AllEndpointsFailedError).not.toBe(AllEndpointsFailedError);
    expect(copy.AllEndpointsFailedError.isInstance(error)).toBe(true);
  });

  it('tells of every attempt, in order', async () => {
    const error = await failureOf([
      fails(apiError(500)),
      fails(networkError('ECONNREFUSED')),
      fails(apiError(404, { error: { code: 'DeploymentNotFound' } })),
    ]);

    expect(error.attempts).toEqual([
      {
        endpoint: 'e0',
        deployment: 'm',
        modelId: 'm',
        class: 'retryable',
        statusCode: 500,
        code: undefined,
        durationMs: 0,
      },
      {
        endpoint: 'e1',
        deployment: 'm',
        modelId: 'm',
        class: 'retryable',
        statusCode: undefined,
        code: 'ECONNREFUSED',
        durationMs: 0,
      },
      {
        endpoint: 'e2',
        deployment: 'm',
        modelId: 'm',
        class: 'misconfigured',
        statusCode: 404,
        code: 'DeploymentNotFound',
        durationMs: 0,
      },
    ]);
    for (const word of ['e0', 'e1', 'e2', '500', 'ECONNREFUSED', 'DeploymentNotFound', '"m"']) {
      expect(error.message).toContain(word);
    }
  });

  it.each<[number, string, readonly Behaviour[]]>([
    [429, 'every endpoint is rate limited', [fails(rateLimit(70)), fails(rateLimit(30))]],
    [500, 'a server failed', [fails(apiError(500))]],
    [503, 'no endpoint answered', [fails(networkError('ECONNREFUSED'))]],
    [502, 'an answer of status 200 was broken', [fails(brokenAnswer())]],
  ])('has status %i when %s', async (statusCode, _, behaviours) => {
    expect((await failureOf(behaviours)).statusCode).toBe(statusCode);
  });

  it('names a deployment that is not called as its model, and the path of a 404 that says no more, without what may be a key', async () => {
    const deployments = { m: 'm-prod' };
    const url = 'https://gw.example/0a1b2c3d4e5f/v1/v1/chat/completions?code=8f14e45f';
    const error = await failureOf([
      { does: fails(apiError(500)), deployments },
      fails(new APICallError({ message: 'Not Found', url, requestBodyValues: {}, statusCode: 404 })),
    ]);

    expect(error.attempts.map(({ path }) => path)).toEqual([undefined, '/…/v1/v1/chat/completions']);
    expect(error.message).toContain('e0 (m-prod): retryable 500');
    expect(error.message).toContain('e1: misconfigured 404 at /…/v1/v1/chat/completions (is baseURL right?)');
  });

  it('names the path of a 404 for which OpenAI has no code', async () => {
    const error = await failureOf([fails(apiError(404, { error: { type: 'invalid_request_error', code: null } }))]);

    expect(error.message).toContain('404 invalid_request_error at /v1/chat/completions (is baseURL right?)');
  });

  it('names the soonest time at which an endpoint takes calls again', async () => {
    const error = await failureOf([fails(rateLimit(70)), fails(rateLimit(30))]);

    expect(error.retryAfterMs).toBe(30_000);
  });

  it('names no time when an endpoint may be asked at once', async () => {
    const error = await failureOf([fails(rateLimit(70)), fails(apiError(500))]);

    expect(error.retryAfterMs).toBeUndefined();
  });

  it('names the time limit that ended the call, and the attempt that was under way', async () => {
    const error = await failureOf([hangs()], { totalTimeoutMs: 500 });

    expect(error.message).toMatch(/500 ms.*totalTimeoutMs/);
    expect(error.attempts).toMatchObject([{ endpoint: 'e0', durationMs: 500 }]);
  });

  it.each<[string, string, Behaviour, Partial<BalancedProviderSettings>]>([
    ['the time limit that ran out', 'timeout.attemptMs', hangs(), { timeout: { attemptMs: 100 } }],
    ['the time limit of the call', 'totalTimeoutMs', hangs(), { totalTimeoutMs: 100 }],
    ['that an answer was no JSON', '200 AI_JSONParseError', fails(brokenAnswer()), {}],
    ['what kind of error it was', 'TypeError', fails(new TypeError('fetch failed', { cause: new Error('?') })), {}],
  ])('says of a failure without status and code %s', async (_, code, behaviour, settings) => {
    const error = await failureOf([behaviour], settings);

    expect(error.message).toContain(`e0: retryable ${code}`);
  });

  it('keeps what each attempt threw', async () => {
    const errors = [apiError(500), networkError('ECONNRESET')];

    const error = await failureOf(errors.map((each) => fails(each)));

    expect(error.rawErrors()).toEqual(errors);
  });
});

describe('the error of a call that could not ask every endpoint', () => {
  it('says of each of them why not', async () => {
    const { askTimes } = buildRing(
      [
        fails(apiError(401)),
        fails(rateLimit(30)),
        { does: hangs(), maxConcurrency: 1 },
        { rpm: 1 },
        fails(apiError(500)),
      ],
      { loadBalancing: true, failureThreshold: 1, cooldownMs: 5_000, maxWaitMs: 0, retry: { rounds: 1 } },
    );
    for (let call = 0; call < 5; call++) await askTimes(1);
    await pass(500);

    const [call] = await askTimes(1);

    const error = call?.error as AllEndpointsFailedError;
    expect(error.attempts).toEqual([]);
    expect(
      error.unavailable.map(({ endpoint, reason, class: failureClass }) => [endpoint, reason, failureClass]),
    ).toEqual([
      ['e0', 'cooldown', 'misconfigured'],
      ['e1', 'rate-limit', 'rate-limited'],
      ['e2', 'maxConcurrency', undefined],
      ['e3', 'limits', undefined],
      ['e4', 'cooldown', 'retryable'],
    ]);
    expect(error.message).toContain(
      'no endpoint was asked. Not asked: e0 (out for 600 s after misconfigured 401), e1 (rate limited for 30 s), ' +
        'e2 (maxConcurrency reached), e3 (its limits are spent for 60 s), e4 (out for 5 s after retryable 500).',
    );
  });

  it('speaks of an outage and not of capacity when all are out, and names the time of the next probe', async () => {
    const { askTimes } = buildRing([fails(apiError(401)), fails(apiError(401))], { maxWaitMs: 0 });
    await askTimes(1);
    await pass(100);

    const [call] = await askTimes(1);

    expect(call?.error).toMatchObject({ statusCode: 503, retryAfterMs: 900 });
    expect(String(call?.error)).toMatch(/out after failures/);
    expect(String(call?.error)).not.toMatch(/capacity/);
  });

  it('names ten endpoints at the most', async () => {
    const twelve = Array.from({ length: 12 }, () => fails(apiError(401)));
    const { askTimes } = buildRing(twelve, { maxWaitMs: 0 });
    await askTimes(1);
    await pass(100);

    const [call] = await askTimes(1);

    expect(call?.error).toMatchObject({ unavailable: { length: 12 } });
    expect(String(call?.error)).toContain('e9 (out for 600 s after misconfigured 401), 2 more.');
  });
});

describe('the error of a call that has given up holds', () => {
  const secrets = {
    key: 'sk-top-secret-1',
    header: 'header-secret-2',
    prompt: 'prompt-secret-3',
    body: 'body-secret-4',
    answer: 'answer-secret-5',
    url: 'url-secret-6',
    reason: 'message-secret-7',
  };
  const pattern = /secret-\d/;
  const told = (error: unknown) =>
    [
      inspect(error, { depth: Infinity, showHidden: true, getters: false }),
      JSON.stringify(error),
      JSON.stringify(error, Object.getOwnPropertyNames(error)),
      String(error),
      String((error as Error).stack),
    ].join('\n');

  const leaky = () =>
    new APICallError({
      message: secrets.reason,
      url: `https://${secrets.url}.example`,
      requestBodyValues: { messages: [secrets.prompt], authorization: secrets.key },
      statusCode: 500,
      responseHeaders: { 'x-echo': secrets.header },
      responseBody: secrets.body,
      data: { echo: secrets.body },
      cause: new Error(secrets.reason),
    });

  it('no key, header, prompt or answer, although the errors of the attempts hold them', async () => {
    const error = await failureOf([fails(leaky()), fails(new Error(secrets.reason, { cause: leaky() }))]);

    expect(told(error)).not.toMatch(pattern);
    expect(told(error.rawErrors())).toMatch(pattern);
  });

  it('nothing of a stream that failed before content', async () => {
    const { balanced } = buildRing(
      [
        streams(start, { type: 'error', error: leaky() }),
        streams(start, { type: 'error', error: { error: { message: secrets.body } } }),
      ],
      { retry: { rounds: 1 } },
    );
    const { stream } = await balanced('m').doStream({ prompt });
    const parts = [];
    for await (const part of stream) parts.push(part);

    expect(parts.map(({ type }) => type)).toEqual(['error']);
    expect(told(parts)).not.toMatch(pattern);
  });

  it('nothing of real OpenAI and Azure models, whose requests hold all of it', async () => {
    const fetch: typeof globalThis.fetch = async () =>
      Response.json(
        { error: { message: secrets.body, code: null } },
        { status: 500, headers: { 'x-echo': secrets.header } },
      );
    const endpoints: readonly EndpointSettings[] = [
      { type: 'openai', name: 'a', apiKey: secrets.key, baseURL: `https://${secrets.url}.example/v1`, fetch },
      {
        type: 'azure',
        name: 'b',
        resourceName: 'east',
        apiKey: secrets.key,
        headers: { 'x-team': secrets.header },
        fetch,
      },
      { type: 'azure', name: 'c', resourceName: 'west', tokenProvider: () => secrets.key, fetch },
      { type: 'openai', name: 'd', apiKey: () => Promise.reject(new Error(secrets.reason)), fetch },
    ];
    const balanced = createBalancedProvider({ endpoints, retry: { rounds: 1 } });
    const events: unknown[] = [];
    for (const name of ['attempt', 'failover', 'cooldown', 'exhausted'] as const) {
      balanced.on(name, (event) => void events.push(event));
    }

    const error = await errorOf(
      balanced.chat('gpt-4').doGenerate({
        prompt: [{ role: 'user', content: [{ type: 'text', text: secrets.prompt }] }],
        headers: { 'x-tenant': secrets.header },
      }),
    );

    expect(AllEndpointsFailedError.isInstance(error)).toBe(true);
    expect((error as AllEndpointsFailedError).attempts).toHaveLength(4);
    expect(told(error)).not.toMatch(pattern);
    expect(told(events)).not.toMatch(pattern);
    expect(told(balanced.status())).not.toMatch(pattern);
  });
});
