import { createProviderRegistry, customProvider, embed, generateText, wrapLanguageModel } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { greetingOf } from '../../support/answer.ts';
import { reset } from '../../support/behaviour.ts';
import { startFailingAndHealthy, startServices } from '../../support/start-services.ts';
import { vectorOf } from '../../support/wire/embeddings.ts';
import { openAI } from './endpoints.ts';
import { registeredEmbeddingModel } from './sdk-major.ts';

const prompt = 'Who are you?';

describe('a balanced provider in the SDK’s own compositions', () => {
  it('serves language models through createProviderRegistry', async () => {
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: [openAI(service)] });
    const registry = createProviderRegistry({ balanced });

    const { text } = await generateText({ model: registry.languageModel('balanced:gpt-4'), prompt });

    expect(text).toBe(greetingOf('alone'));
  });

  it('serves embedding models through createProviderRegistry', async () => {
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: [openAI(service)] });
    const model = registeredEmbeddingModel(balanced, 'balanced:text-embedding-3-small');

    const { embedding } = await embed({ model, value: 'a value' });

    expect(embedding).toEqual(vectorOf('a value'));
  });

  it('serves an alias, and is the fallback, in customProvider', async () => {
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: [openAI(service)] });
    const custom = customProvider({
      languageModels: { fast: balanced('gpt-4o-mini') },
      fallbackProvider: balanced,
    });

    await generateText({ model: custom.languageModel('fast'), prompt });
    await generateText({ model: custom.languageModel('gpt-4'), prompt });

    expect(service.requests.map((request) => request.model)).toEqual(['gpt-4o-mini', 'gpt-4']);
  });

  it('fails over inside a wrapped model, and the middleware sees one call', async () => {
    const [failing, healthy] = await startFailingAndHealthy(reset());
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing), openAI(healthy)],
      loadBalancing: false,
    });
    let calls = 0;
    const model = wrapLanguageModel({
      model: balanced('gpt-4'),
      middleware: {
        wrapGenerate: ({ doGenerate }) => {
          calls++;
          return doGenerate();
        },
      },
    });

    const { text } = await generateText({ model, prompt, maxRetries: 0 });

    expect(text).toBe(greetingOf('healthy'));
    expect(calls).toBe(1);
  });
});
