import { inspect } from 'node:util';

import { APICallError, embedMany, generateText, streamText } from 'ai';
import { AllEndpointsFailedError, createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { interrupted, rateLimited, reset, status } from '../../support/behaviour.ts';
import type { FakeService } from '../../support/fake-service.ts';
import { normalFinishReasons, readStream } from '../../support/read-stream.ts';
import { startFailingAndHealthy, startServices } from '../../support/start-services.ts';
import { datedAzure, openAI } from './endpoints.ts';
import { sdkMajor } from './sdk-major.ts';

const prompt = 'A prompt that must stay secret';

const countsOf = (services: readonly FakeService[]) => services.map((service) => service.requests.length);

async function fourDeadServices(): Promise<readonly FakeService[]> {
  const services = await startServices('one', 'two', 'three', 'four');
  for (const service of services) service.behave(status(500));
  return services;
}

const balancedOver = (services: readonly FakeService[], rounds: number) =>
  createBalancedProvider({
    endpoints: services.map((service) => openAI(service)),
    retry: { rounds, minDelayMs: 1, maxDelayMs: 2 },
  });

const errorOf = (call: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(call).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('four dead endpoints, with maxRetries of the AI SDK at its default,', () => {
  it.each([1, 2])('are asked once in each of %i rounds by generateText', async (rounds) => {
    const services = await fourDeadServices();

    await errorOf(generateText({ model: balancedOver(services, rounds)('gpt-4'), prompt }));

    expect(countsOf(services)).toEqual([rounds, rounds, rounds, rounds]);
  });

  it.each([1, 2])('are asked once in each of %i rounds by streamText', async (rounds) => {
    const services = await fourDeadServices();
    const reported: unknown[] = [];

    const result = streamText({
      model: balancedOver(services, rounds)('gpt-4'),
      prompt,
      onError: ({ error }) => void reported.push(error),
    });
    const { finishReason, text } = await readStream(result.fullStream);

    expect(countsOf(services)).toEqual([rounds, rounds, rounds, rounds]);
    expect(reported.some((error) => AllEndpointsFailedError.isInstance(error))).toBe(true);
    expect(text).toBe('');
    expect(normalFinishReasons).not.toContain(finishReason);
  });

  it('are asked once in a round by streamText when they fail inside their streams', async () => {
    const services = await fourDeadServices();
    for (const service of services) service.behave(interrupted('preamble', 'end'));
    const reported: unknown[] = [];

    const result = streamText({
      model: balancedOver(services, 1)('gpt-4'),
      prompt,
      onError: ({ error }) => void reported.push(error),
    });
    const { errors, finishReason } = await readStream(result.fullStream);

    expect(countsOf(services)).toEqual([1, 1, 1, 1]);
    expect(errors.some((error) => AllEndpointsFailedError.isInstance(error))).toBe(true);
    expect(reported.some((error) => AllEndpointsFailedError.isInstance(error))).toBe(true);
    expect(normalFinishReasons).not.toContain(finishReason);
  });

  it.each([
    ['end without a word', interrupted('preamble', 'end')],
    ['are reset', interrupted('preamble', 'reset')],
  ])('whose streams %s fail as the streams of a plain model fail', async (_, behaviour) => {
    const services = await fourDeadServices();
    for (const service of services) service.behave(behaviour);
    const reported: unknown[] = [];

    const result = streamText({
      model: balancedOver(services, 1)('gpt-4'),
      prompt,
      onError: ({ error }) => void reported.push(error),
    });
    const { errors } = await readStream(result.fullStream);
    const settled = await Promise.allSettled([result.text, result.finishReason]);

    expect(reported.map((error) => AllEndpointsFailedError.isInstance(error))).toEqual([true]);
    expect(errors).toEqual(reported);
    // SDK 4 and 5 resolve after an error part, as they do for their own models.
    if (sdkMajor <= 5) expect(settled).toMatchObject([{ value: '' }, { value: 'error' }]);
    else expect(settled).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
  });

  it('are asked once in a round by embedMany', async () => {
    const services = await fourDeadServices();
    const model = balancedOver(services, 1).embeddingModel('text-embedding-3-small');

    const error = await errorOf(embedMany({ model, values: ['a', 'b'] }));

    expect(countsOf(services)).toEqual([1, 1, 1, 1]);
    expect(AllEndpointsFailedError.isInstance(error)).toBe(true);
  });
});

describe('the error of a call that gave up', () => {
  it('is an APICallError that is not retryable, and tells of every attempt', async () => {
    const [azure, openai] = await startServices('azure', 'openai');
    azure.behave(status(503));
    openai.behave(reset());
    const balanced = createBalancedProvider({
      endpoints: [datedAzure(azure, { deployments: { 'gpt-4': 'gpt4' } }), openAI(openai)],
      loadBalancing: false,
      retry: { rounds: 1 },
    });

    const error = await errorOf(generateText({ model: balanced('gpt-4'), prompt }));

    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({
      name: 'AI_AllEndpointsFailedError',
      isRetryable: false,
      attempts: [
        { endpoint: 'azure', deployment: 'gpt4', class: 'retryable', statusCode: 503 },
        { endpoint: 'openai', deployment: 'gpt-4', class: 'retryable' },
      ],
    });
  });

  it('has status 429 and the soonest time when every endpoint is rate limited', async () => {
    const [later, sooner] = await startServices('later', 'sooner');
    later.behave(rateLimited(90));
    sooner.behave(rateLimited(40));
    const balanced = createBalancedProvider({
      endpoints: [openAI(later), openAI(sooner)],
      retry: { rounds: 1 },
    });

    const error = await errorOf(generateText({ model: balanced('gpt-4'), prompt }));

    if (!AllEndpointsFailedError.isInstance(error)) throw error;
    expect(error.statusCode).toBe(429);
    expect(error.retryAfterMs).toBeGreaterThan(35_000);
    expect(error.retryAfterMs).toBeLessThanOrEqual(40_000);
  });

  it('holds no key, header or prompt', async () => {
    const services = await fourDeadServices();

    const error = await errorOf(
      generateText({
        model: balancedOver(services, 1)('gpt-4'),
        prompt,
        headers: { 'x-tenant': 'tenant-of-the-caller' },
      }),
    );

    if (!(error instanceof Error)) throw new Error('It did not fail.');
    const told = `${error.message} ${JSON.stringify(error)} ${inspect(error, { depth: 10, showHidden: true })}`;
    expect(told).not.toMatch(/sk-of-a-fake-service|tenant-of-the-caller|must stay secret/);
  });
});

describe('a bad request', () => {
  it.each([
    ['an invalid value', status(400), 400],
    ['a filtered prompt', status(400, { code: 'content_filter' }), 400],
    ['too long a prompt', status(400, { code: 'context_length_exceeded' }), 400],
    ['too large a body', status(413), 413],
    ['an entity that cannot be read', status(422), 422],
  ] as const)('for %s is sent once, and its error is thrown as the SDK made it', async (_, behaviour, code) => {
    const [first, other] = await startFailingAndHealthy(behaviour);
    const balanced = createBalancedProvider({
      endpoints: [openAI(first), openAI(other)],
      loadBalancing: false,
    });

    const error = await errorOf(generateText({ model: balanced('gpt-4'), prompt }));

    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ name: 'AI_APICallError', statusCode: code });
    expect([first.requests.length, other.requests.length]).toEqual([1, 0]);
  });

  it('is no failure of the endpoint', async () => {
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: [openAI(service)], failureThreshold: 1 });
    service.behaveOnce(status(400), status(400), status(400));
    for (let call = 0; call < 3; call++) {
      await errorOf(generateText({ model: balanced('gpt-4'), prompt }));
    }

    const { text } = await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });

    expect(text).not.toBe('');
    expect(service.requests).toHaveLength(4);
  });

  it('goes to the next endpoint when failoverOn says so', async () => {
    const [first, other] = await startFailingAndHealthy(status(400, { code: 'content_filter' }));
    const balanced = createBalancedProvider({
      endpoints: [datedAzure(first), openAI(other)],
      loadBalancing: false,
      failoverOn: ['content-filter'],
    });

    await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });

    expect([first.requests.length, other.requests.length]).toEqual([1, 1]);
  });
});
