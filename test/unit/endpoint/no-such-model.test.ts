import { NoSuchModelError } from '@ai-sdk/provider';
import { customProvider } from 'ai';
import { expect, it } from 'vitest';

import { createBalancedProvider } from '../../../src/index.ts';
import { thrownBy } from '../outcome.ts';
import { createOpenAI } from '@ai-sdk/openai';

const openai = createOpenAI({ apiKey: 'sk-1' });
const custom = customProvider({ languageModels: { known: openai('gpt-5') } });

it.each<[string, object, 'chat' | 'embeddingModel', string]>([
  [
    'a provider that does not know the id',
    custom,
    'chat',
    'language model "unknown" cannot be served: custom (its provider has no model of that id)',
  ],
  [
    'a provider without models of that kind',
    { imageModel: () => undefined },
    'chat',
    'custom (its provider has no language models)',
  ],
  [
    'a provider without embedding models',
    { languageModel: () => undefined },
    'embeddingModel',
    'custom (its provider has no embedding models)',
  ],
])('the error for a model that no endpoint has tells %s', (_, provider, kind, message) => {
  const balanced = createBalancedProvider({ endpoints: [{ name: 'custom', provider }] });

  const error = thrownBy(() => balanced[kind]('unknown'));

  expect(NoSuchModelError.isInstance(error)).toBe(true);
  expect(String(error)).toContain(message);
});
