import { embed, embedMany, generateObject, generateText, jsonSchema, streamText } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { greetingOf } from '../../support/answer.ts';
import { answer } from '../../support/behaviour.ts';
import { readStream } from '../../support/read-stream.ts';
import { startServices } from '../../support/start-services.ts';
import { vectorOf } from '../../support/wire/embeddings.ts';
import { azure, datedAzure, openAI } from './endpoints.ts';
import { sdkMajor, twoSteps, weatherTool } from './sdk-major.ts';

const prompt = 'Who are you?';

describe.each([
  ['an OpenAI endpoint', openAI],
  ['an Azure endpoint', azure],
  ['an Azure endpoint with a dated api-version', datedAzure],
] as const)('%s', (_, endpointOf) => {
  it('answers generateText', async () => {
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: [endpointOf(service)] });

    const { text, finishReason } = await generateText({ model: balanced('gpt-4'), prompt });

    expect(text).toBe(greetingOf('alone'));
    expect(finishReason).toBe('stop');
  });

  it('answers streamText, whole and once', async () => {
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: [endpointOf(service)] });

    const reading = await readStream(streamText({ model: balanced('gpt-4'), prompt }).fullStream);

    expect(reading).toMatchObject({ text: greetingOf('alone'), finishReason: 'stop', errors: [] });
    expect(service.requests).toHaveLength(1);
  });

  it('answers generateObject', async () => {
    const [service] = await startServices('alone');
    service.behave(answer({ object: { city: 'Oslo' } }));
    const balanced = createBalancedProvider({ endpoints: [endpointOf(service)] });

    const { object } = await generateObject({
      model: balanced('gpt-4o'),
      schema: jsonSchema<{ city: string }>({
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
        additionalProperties: false,
      }),
      prompt,
    });

    expect(object).toEqual({ city: 'Oslo' });
  });

  it('answers embed', async () => {
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: [endpointOf(service)] });

    const { embedding } = await embed({
      model: balanced.embeddingModel('text-embedding-3-small'),
      value: 'a value',
    });

    expect(embedding).toEqual(vectorOf('a value'));
    expect(service.requests[0]?.json).toMatchObject({ encoding_format: 'float' });
  });

  it('answers embedMany, each value with its own vector', async () => {
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: [endpointOf(service)] });
    const values = ['first', 'second', 'third'];

    const { embeddings } = await embedMany({
      model: balanced.textEmbeddingModel('text-embedding-3-small'),
      values,
    });

    expect(embeddings).toEqual(values.map((value) => vectorOf(value)));
  });
});

describe('legacy completions', () => {
  it('answer generateText with text', async () => {
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: [openAI(service)] });

    const { text } = await generateText({
      model: balanced.completion('gpt-3.5-turbo-instruct'),
      prompt,
    });

    expect(text).toBe(greetingOf('alone'));
    expect(service.requests[0]).toMatchObject({ path: '/v1/completions' });
  });

  it('answer streamText, whole and once', async () => {
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: [openAI(service)] });

    const model = balanced.completion('gpt-3.5-turbo-instruct');
    const reading = await readStream(streamText({ model, prompt }).fullStream);

    expect(reading).toMatchObject({ text: greetingOf('alone'), finishReason: 'stop', errors: [] });
  });
});

describe('tools', () => {
  it.each(['generateText', 'streamText'] as const)(
    'take two steps of %s through two endpoints, and the second step sees the result of the first',
    async (call) => {
      const [one, two] = await startServices('one', 'two');
      for (const service of [one, two]) {
        service.behave((request) =>
          JSON.stringify(request.json).includes('12 degrees')
            ? answer({ text: 'It is 12 degrees in Oslo.' })
            : answer({ toolCalls: [{ name: 'weather', arguments: { city: 'Oslo' } }] }),
        );
      }
      const balanced = createBalancedProvider({ endpoints: [openAI(one), openAI(two)] });
      const settings = {
        model: balanced.chat('gpt-4'),
        prompt: 'What is the weather in Oslo?',
        tools: { weather: weatherTool(async ({ city }) => `12 degrees in ${city}`) },
        ...twoSteps,
      };

      const text =
        call === 'generateText'
          ? (await generateText(settings)).text
          : (await readStream(streamText(settings).fullStream)).text;

      expect(text).toBe('It is 12 degrees in Oslo.');
      expect([one.requests.length, two.requests.length]).toEqual([1, 1]);
    },
  );
});

describe('the API that balanced(id) speaks', () => {
  it('is Chat on SDK 4, and Responses from SDK 5 on', async () => {
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: [openAI(service)] });

    await generateText({ model: balanced('gpt-4'), prompt });

    expect(service.requests[0]?.operation).toBe(sdkMajor === 4 ? 'chat' : 'responses');
  });

  it('is Chat for every endpoint when one of them has a dated api-version', async () => {
    const [one, two] = await startServices('one', 'two');
    const balanced = createBalancedProvider({ endpoints: [openAI(one), datedAzure(two)] });

    await generateText({ model: balanced('gpt-4'), prompt });
    await generateText({ model: balanced('gpt-4'), prompt });

    expect([one.requests[0]?.operation, two.requests[0]?.operation]).toEqual(['chat', 'chat']);
  });

  it.each(['chat', 'responses'] as const)('is %s when the settings say so', async (api) => {
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: [openAI(service)], api });

    await generateText({ model: balanced('gpt-4'), prompt });

    expect(service.requests[0]?.operation).toBe(api);
  });

  it('is an error that names the setting when an endpoint cannot serve it', async () => {
    const [service] = await startServices('dated');
    const responsesOfDated = async () => {
      const balanced = createBalancedProvider({ endpoints: [datedAzure(service)] });
      await generateText({ model: balanced.responses('gpt-4'), prompt, maxRetries: 0 });
    };

    await expect(responsesOfDated()).rejects.toThrow(/apiVersion/);
    expect(service.requests).toHaveLength(0);
  });
});
