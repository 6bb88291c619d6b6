import { createOpenAI } from '@ai-sdk/openai';
import { embed, generateText, streamText } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { greetingOf } from '../../support/answer.ts';
import { rateLimited, reset, status } from '../../support/behaviour.ts';
import { readStream } from '../../support/read-stream.ts';
import { startFailingAndHealthy, startServices } from '../../support/start-services.ts';
import { refusedBaseURL, unknownHostBaseURL } from '../../support/unreachable.ts';
import { vectorOf } from '../../support/wire/embeddings.ts';
import { datedAzure, openAI } from './endpoints.ts';
import { failures } from './failures.ts';

const prompt = 'Who are you?';

describe.each([
  ['OpenAI', openAI],
  ['Azure', datedAzure],
] as const)('a call whose first endpoint is %s', (_, endpointOf) => {
  it.each(failures)('and answers with %s goes on to the next one', async (_, behaviour) => {
    const [failing, healthy] = await startFailingAndHealthy(behaviour);
    const balanced = createBalancedProvider({
      endpoints: [endpointOf(failing), endpointOf(healthy)],
      loadBalancing: false,
    });

    const { text } = await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });

    expect(text).toBe(greetingOf('healthy'));
    expect([failing.requests.length, healthy.requests.length]).toEqual([1, 1]);
  });
});

describe('a call', () => {
  it.each([
    ['refuses connections', refusedBaseURL],
    ['has an unknown host', async () => unknownHostBaseURL],
  ])('whose first endpoint %s is answered by the next one', async (_, unreachable) => {
    const [healthy] = await startServices('healthy');
    const balanced = createBalancedProvider({
      endpoints: [
        { type: 'openai', name: 'unreachable', baseURL: await unreachable(), apiKey: 'any' },
        openAI(healthy),
      ],
      loadBalancing: false,
    });

    const { text } = await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });
    const reading = await readStream(streamText({ model: balanced('gpt-4'), prompt, maxRetries: 0 }).fullStream);

    expect([text, reading.text]).toEqual([greetingOf('healthy'), greetingOf('healthy')]);
    expect(reading.errors).toEqual([]);
  });
});

describe('failover', () => {
  it('passes several dead endpoints within one call', async () => {
    const [one, two, three, four] = await startServices('one', 'two', 'three', 'four');
    one.behave(status(500));
    two.behave(reset());
    three.behave(rateLimited(60));
    const balanced = createBalancedProvider({
      endpoints: [one, two, three, four].map((service) => openAI(service)),
      loadBalancing: false,
    });

    const { text } = await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });

    expect(text).toBe(greetingOf('four'));
    expect([one, two, three, four].map((service) => service.requests.length)).toEqual([1, 1, 1, 1]);
  });

  it.each(['failing first', 'failing second'])(
    'works between two providers with the same model id and the same provider name, %s',
    async (order) => {
      const [failing, healthy] = await startFailingAndHealthy(status(500));
      const providers = [failing, healthy].map(({ name, baseURL }) => ({
        name,
        provider: createOpenAI({ baseURL, apiKey: 'any' }),
      }));
      const balanced = createBalancedProvider({
        endpoints: order === 'failing first' ? providers : providers.toReversed(),
      });

      const texts = [];
      for (let call = 0; call < 4; call++) {
        const { text } = await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });
        texts.push(text);
      }

      expect(texts).toEqual(Array.from({ length: 4 }, () => greetingOf('healthy')));
      expect(failing.requests.length).toBeGreaterThan(0);
    },
  );

  it('works for embeddings too', async () => {
    const [failing, healthy] = await startFailingAndHealthy(status(500));
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing), openAI(healthy)],
      loadBalancing: false,
    });

    const { embedding } = await embed({
      model: balanced.embeddingModel('text-embedding-3-small'),
      value: 'a value',
      maxRetries: 0,
    });

    expect(embedding).toEqual(vectorOf('a value'));
    expect([failing.requests.length, healthy.requests.length]).toEqual([1, 1]);
  });

  it('answers 20 calls at once beside an endpoint that fails each of them', async () => {
    const [failing, healthy] = await startFailingAndHealthy(status(500));
    const balanced = createBalancedProvider({ endpoints: [openAI(failing), openAI(healthy)] });

    const results = await Promise.all(
      Array.from({ length: 20 }, () => generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 })),
    );

    expect(new Set(results.map(({ text }) => text))).toEqual(new Set([greetingOf('healthy')]));
  });

  it('asks an endpoint no more that failed failureThreshold times in a row', async () => {
    const [failing, healthy] = await startFailingAndHealthy(status(500));
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing), openAI(healthy)],
      failureThreshold: 3,
      cooldownMs: 600_000,
    });

    for (let call = 0; call < 20; call++) {
      await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });
    }

    expect([failing.requests.length, healthy.requests.length]).toEqual([3, 20]);
  });
});
