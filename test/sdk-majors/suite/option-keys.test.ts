import { generateText, streamText } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import type { FakeService } from '../../support/fake-service.ts';
import { startServices } from '../../support/start-services.ts';
import { azure, openAI } from './endpoints.ts';
import { sdkMajor } from './sdk-major.ts';

type Options = NonNullable<Parameters<typeof generateText>[0]['providerOptions']>;

const kinds = [
  ['OpenAI', openAI],
  ['Azure', azure],
] as const;

/** Sends a request each way, and returns what arrived. */
async function bodiesFor(
  api: 'chat' | 'responses',
  endpointOf: (service: FakeService) => ReturnType<typeof openAI> | ReturnType<typeof azure>,
  providerOptions: Options,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const [service] = await startServices('service');
  const balanced = createBalancedProvider({ endpoints: [endpointOf(service)], api });
  const request = { model: balanced('o4-mini'), prompt: 'Hello?', providerOptions };
  await generateText(request);
  await streamText(request).consumeStream();
  return service.requests.map(({ json }) => json);
}

describe.skipIf(sdkMajor === 4).each(kinds)('options written once under openai reach %s', (_, endpointOf) => {
  const options = {
    reasoningEffort: 'low',
    store: false,
    user: 'user-7',
    metadata: { team: 'blue' },
    serviceTier: 'flex',
    promptCacheKey: 'conversation-7',
    previousResponseId: 'resp_1',
  };
  const sent = {
    reasoning: { effort: 'low' },
    store: false,
    user: 'user-7',
    metadata: { team: 'blue' },
    service_tier: 'flex',
    prompt_cache_key: 'conversation-7',
    previous_response_id: 'resp_1',
  };

  it('by the Responses API', async () => {
    const bodies = await bodiesFor('responses', endpointOf, { openai: options });

    expect(bodies).toMatchObject([sent, sent]);
  });

  it('also when there are others under azure', async () => {
    const bodies = await bodiesFor('responses', endpointOf, {
      openai: options,
      azure: { safetyIdentifier: 'user-7' },
    });

    expect(bodies).toMatchObject([sent, sent]);
  });
});

describe.each(kinds)('options written once under openai reach %s', (_, endpointOf) => {
  it('by the Chat API', async () => {
    const options = { reasoningEffort: 'low', store: false, metadata: { team: 'blue' } };

    const bodies = await bodiesFor('chat', endpointOf, { openai: options, azure: {} });

    const sent = { reasoning_effort: 'low', store: false, metadata: { team: 'blue' } };
    expect(bodies).toMatchObject([sent, sent]);
  });
});

describe.each(['chat', 'responses'] as const)('options under both keys are merged, by %s:', (api) => {
  it
    .skipIf(sdkMajor === 4 && api === 'responses')
    .each(kinds.map(([name, endpointOf]) => [name, endpointOf, name === 'Azure' ? 'azure' : 'openai'] as const))(
    'the key of %s wins there',
    async (_, endpointOf, winner) => {
      const bodies = await bodiesFor(api, endpointOf, {
        openai: { metadata: { key: 'openai' }, store: false },
        azure: { metadata: { key: 'azure' }, reasoningEffort: 'low' },
      });

      const effort = api === 'chat' ? { reasoning_effort: 'low' } : { reasoning: { effort: 'low' } };
      const sent = { metadata: { key: winner }, store: false, ...effort };
      expect(bodies).toMatchObject([sent, sent]);
    },
  );
});

describe.skipIf(sdkMajor === 4).each(kinds)('options of parts reach %s', (_, endpointOf) => {
  it.each(['openai', 'azure'])('when they are written under %s', async (key) => {
    const [service] = await startServices('service');
    const balanced = createBalancedProvider({ endpoints: [endpointOf(service)], api: 'responses' });

    await generateText({
      model: balanced('gpt-5'),
      messages: [
        {
          role: 'user',
          content: [
            {
              type: 'file',
              data: 'aGVsbG8=',
              mediaType: 'image/png',
              providerOptions: { [key]: { imageDetail: 'low' } },
            },
          ],
        },
        {
          role: 'assistant',
          content: [{ type: 'text', text: 'Hm.', providerOptions: { [key]: { phase: 'commentary' } } }],
        },
        { role: 'user', content: 'Well?' },
      ],
    });

    expect(service.requests[0]?.json['input']).toMatchObject([
      { content: [{ type: 'input_image', detail: 'low' }] },
      { role: 'assistant', phase: 'commentary' },
      {},
    ]);
  });
});

describe('metadata of a result', () => {
  it.skipIf(sdkMajor === 4).each(kinds)('has the key openai, whatever %s calls it', async (_, endpointOf) => {
    const [service] = await startServices('service');
    const balanced = createBalancedProvider({ endpoints: [endpointOf(service)], api: 'responses' });
    const request = { model: balanced('gpt-4'), prompt: 'Hello?' };

    const { providerMetadata, content } = await generateText(request);
    const streamed = streamText(request);
    await streamed.consumeStream();

    for (const metadata of [providerMetadata, await streamed.providerMetadata]) {
      expect(metadata?.['openai']?.['responseId']).toMatch(/^resp_/);
      expect(metadata?.['balanced']).toEqual({ endpoint: 'service', attempts: 1, modelId: 'gpt-4' });
    }
    for (const parts of [content, await streamed.content]) {
      expect(JSON.stringify(parts)).toContain('"openai":{"itemId":"msg_');
    }
  });
});
