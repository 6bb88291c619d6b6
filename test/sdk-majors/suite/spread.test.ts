import { embedMany, generateText, streamText } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import type { FakeService } from '../../support/fake-service.ts';
import { readStream } from '../../support/read-stream.ts';
import { startServices } from '../../support/start-services.ts';
import { vectorOf } from '../../support/wire/embeddings.ts';
import { azure, datedAzure, openAI } from './endpoints.ts';

const countsOf = (...services: readonly FakeService[]) => services.map((service) => service.requests.length);

const prompt = 'Who are you?';

describe('a balanced provider', () => {
  it('gives each of three healthy endpoints 20 of 60 calls', async () => {
    const [one, two, three] = await startServices('one', 'two', 'three');
    const balanced = createBalancedProvider({
      endpoints: [openAI(one), azure(two), datedAzure(three)],
    });

    for (let call = 0; call < 60; call++) {
      await generateText({ model: balanced('gpt-4'), prompt });
    }

    expect(countsOf(one, two, three)).toEqual([20, 20, 20]);
  });

  it('gives each of three healthy endpoints 20 of 60 streams', async () => {
    const [one, two, three] = await startServices('one', 'two', 'three');
    const balanced = createBalancedProvider({ endpoints: [one, two, three].map((s) => openAI(s)) });

    for (let call = 0; call < 60; call++) {
      const { text } = await readStream(streamText({ model: balanced('gpt-4'), prompt }).fullStream);
      expect(text).not.toBe('');
    }

    expect(countsOf(one, two, three)).toEqual([20, 20, 20]);
  });

  it('follows weights 3:2:1 exactly over 600 calls, one after the other', async () => {
    const [one, two, three] = await startServices('one', 'two', 'three');
    const balanced = createBalancedProvider({
      endpoints: [openAI(one, { weight: 3 }), openAI(two, { weight: 2 }), openAI(three, { weight: 1 })],
    });

    for (let call = 0; call < 600; call++) {
      await generateText({ model: balanced('gpt-4'), prompt });
    }

    expect(countsOf(one, two, three)).toEqual([300, 200, 100]);
  });

  it('follows weights 3:2:1 exactly when 600 calls start in one tick', async () => {
    const [one, two, three] = await startServices('one', 'two', 'three');
    const balanced = createBalancedProvider({
      endpoints: [openAI(one, { weight: 3 }), openAI(two, { weight: 2 }), openAI(three, { weight: 1 })],
    });

    await Promise.all(Array.from({ length: 600 }, () => generateText({ model: balanced('gpt-4'), prompt })));

    expect(countsOf(one, two, three)).toEqual([300, 200, 100]);
  });

  it('keeps one turn order for all model objects of the same id', async () => {
    const [one, two] = await startServices('one', 'two');
    const balanced = createBalancedProvider({ endpoints: [openAI(one), openAI(two)] });
    const [first, second] = [balanced.chat('gpt-4'), balanced.chat('gpt-4')];

    for (let call = 0; call < 10; call++) {
      await generateText({ model: call % 2 === 0 ? first : second, prompt });
    }

    expect(countsOf(one, two)).toEqual([5, 5]);
  });

  it('gives each endpoint its share of the chunks that embedMany cuts', async () => {
    const [one, two, three] = await startServices('one', 'two', 'three');
    const balanced = createBalancedProvider({ endpoints: [one, two, three].map((s) => openAI(s)) });
    const values = Array.from({ length: 6 * 2048 }, (_, index) => `value ${index}`);

    const { embeddings } = await embedMany({
      model: balanced.embeddingModel('text-embedding-3-small'),
      values,
    });

    expect(countsOf(one, two, three)).toEqual([2, 2, 2]);
    expect(embeddings).toEqual(values.map((value) => vectorOf(value)));
  });

  it('asks the first endpoint alone while it is healthy when loadBalancing is false', async () => {
    const [one, two] = await startServices('one', 'two');
    const balanced = createBalancedProvider({
      endpoints: [openAI(one), openAI(two)],
      loadBalancing: false,
    });

    for (let call = 0; call < 6; call++) await generateText({ model: balanced('gpt-4'), prompt });

    expect(countsOf(one, two)).toEqual([6, 0]);
  });

  it('asks a higher tier only when no lower one can serve', async () => {
    const [preferred, spare] = await startServices('preferred', 'spare');
    const balanced = createBalancedProvider({
      endpoints: [openAI(spare, { priority: 1 }), openAI(preferred)],
    });

    for (let call = 0; call < 6; call++) await generateText({ model: balanced('gpt-4'), prompt });

    expect(countsOf(preferred, spare)).toEqual([6, 0]);
  });

  it('asks only the endpoints whose models list has the id', async () => {
    const [all, some] = await startServices('all', 'some');
    const balanced = createBalancedProvider({
      endpoints: [openAI(all), openAI(some, { models: ['gpt-4'] })],
    });

    for (let call = 0; call < 4; call++) await generateText({ model: balanced('gpt-4'), prompt });
    for (let call = 0; call < 4; call++) await generateText({ model: balanced('gpt-5'), prompt });

    expect(countsOf(all, some)).toEqual([2 + 4, 2]);
  });
});
