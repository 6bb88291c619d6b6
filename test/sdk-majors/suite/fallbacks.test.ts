import { generateText, streamText } from 'ai';
import { AllEndpointsFailedError, type BalancedProviderSettings, createBalancedProvider } from 'ai-sdk-load-balancer';
import { afterEach, describe, expect, it } from 'vitest';

import { greetingOf } from '../../support/answer.ts';
import { interrupted, status } from '../../support/behaviour.ts';
import type { FakeService } from '../../support/fake-service.ts';
import { readStream } from '../../support/read-stream.ts';
import { startFailingAndHealthy, startServices } from '../../support/start-services.ts';
import { endpointOf, generated, startAccounts, weatherAnswer, weatherQuestion } from './conversation.ts';
import { openAI } from './endpoints.ts';
import { failures } from './failures.ts';
import { sdkMajor } from './sdk-major.ts';

const prompt = 'Who are you?';

/** The first service has gpt-4, the second stands in for it with gpt-3.5-turbo. */
const standingIn = (
  [first, second]: readonly [FakeService, FakeService],
  settings: Partial<BalancedProviderSettings> = {},
) =>
  createBalancedProvider({
    endpoints: [openAI(first, { models: ['gpt-4'] }), openAI(second, { models: ['gpt-3.5-turbo'] })],
    fallbacks: { 'gpt-4': ['gpt-3.5-turbo'] },
    retry: { rounds: 1 },
    ...settings,
  });

const modelsAskedOf = ({ requests }: FakeService) => requests.map(({ model }) => model);

describe('a call with a fallback', () => {
  it.each(failures)('goes to it at once after %s', async (_, behaviour) => {
    const services = await startFailingAndHealthy(behaviour);
    const balanced = standingIn(services);

    const { text } = await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });

    expect(text).toBe(greetingOf('healthy'));
    expect(services.map(modelsAskedOf)).toEqual([['gpt-4'], ['gpt-3.5-turbo']]);
  });

  it.each([
    ['headers', 'error-event'],
    ['preamble', 'end'],
    ['preamble', 'reset'],
    ['preamble', 'malformed-event'],
  ] as const)('falls back in a stream that breaks after its %s by %s', async (at, by) => {
    const services = await startFailingAndHealthy(interrupted(at, by));
    const balanced = standingIn(services);

    const reading = await readStream(streamText({ model: balanced('gpt-4'), prompt, maxRetries: 0 }).fullStream);

    expect(reading).toMatchObject({ text: greetingOf('healthy'), errors: [] });
    expect(modelsAskedOf(services[1])).toEqual(['gpt-3.5-turbo']);
  });

  it('falls back with the length of its context only where `failoverOn` says so', async () => {
    const tooLong = status(400, { code: 'context_length_exceeded' });
    const services = await startFailingAndHealthy(tooLong);
    const ask = (settings: Partial<BalancedProviderSettings>) =>
      generateText({ model: standingIn(services, settings)('gpt-4'), prompt, maxRetries: 0 });

    await expect(ask({})).rejects.toMatchObject({ statusCode: 400 });
    expect(modelsAskedOf(services[1])).toEqual([]);

    const { text } = await ask({ failoverOn: ['context-length'] });
    expect(text).toBe(greetingOf('healthy'));
  });

  it('fails with one error when all models are down, with all attempts in order', async () => {
    const services = await startServices('first', 'second');
    for (const service of services) service.behave(status(503));
    const balanced = standingIn(services, { retry: { rounds: 2, minDelayMs: 1, maxDelayMs: 1 } });

    const failed = generateText({ model: balanced('gpt-4'), prompt, maxRetries: 2 });
    const error: unknown = await failed.then(
      () => undefined,
      (reason: unknown) => reason,
    );

    expect(AllEndpointsFailedError.isInstance(error)).toBe(true);
    const { attempts, modelId } = error as AllEndpointsFailedError;
    expect(modelId).toBe('gpt-4');
    expect(attempts.map((attempt) => [attempt.endpoint, attempt.modelId])).toEqual([
      ['first', 'gpt-4'],
      ['second', 'gpt-3.5-turbo'],
      ['first', 'gpt-4'],
      ['second', 'gpt-3.5-turbo'],
    ]);
  });
});

describe.skipIf(sdkMajor === 4)('a tool loop', () => {
  it('falls back in its second step, and comes back in its third', async () => {
    const [first, second] = await startAccounts('first', 'second');
    const balanced = createBalancedProvider({
      endpoints: [
        { ...endpointOf(first, 'openai'), models: ['gpt-5'] },
        { ...endpointOf(second, 'openai'), models: ['gpt-4.1'] },
      ],
      api: 'responses',
      fallbacks: { 'gpt-5': ['gpt-4.1'] },
    });
    const answered: unknown[] = [];
    balanced.on('failover', () => first.revive());
    balanced.on('callEnd', ({ modelId }) => answered.push(modelId));
    first.dieAfter(1);

    const { text } = await generated(balanced, [weatherQuestion]);

    expect(text).toBe(weatherAnswer);
    expect(answered.slice(0, 3)).toEqual(['gpt-5', 'gpt-4.1', 'gpt-5']);
    expect([first.refusals, second.refusals]).toEqual([[], []]);
  });
});

describe.skipIf(sdkMajor === 4)('a model id as a string', () => {
  const before: unknown = Reflect.get(globalThis, 'AI_SDK_DEFAULT_PROVIDER');
  afterEach(() => void Reflect.set(globalThis, 'AI_SDK_DEFAULT_PROVIDER', before));

  it('goes to the balanced provider that is the default one', async () => {
    const [service] = await startServices('service');
    Reflect.set(globalThis, 'AI_SDK_DEFAULT_PROVIDER', createBalancedProvider({ endpoints: [openAI(service)] }));

    const { text } = await generateText({ model: 'gpt-4', prompt });
    const reading = await readStream(streamText({ model: 'gpt-4', prompt }).fullStream);

    expect([text, reading.text]).toEqual([greetingOf('service'), greetingOf('service')]);
  });
});
