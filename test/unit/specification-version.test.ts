import { createProviderRegistry } from 'ai';
import { expect, it } from 'vitest';

import { createBalancedProvider } from '../../src/index.ts';
import { FakeEndpoint } from './fake-endpoint.ts';

it('a balanced provider has the specificationVersion of the first provider that has one, so that SDK 7 does not wrap it', () => {
  const { languageModel } = new FakeEndpoint('a').settings().provider as { languageModel: (id: string) => object };
  const balanced = createBalancedProvider({
    endpoints: [
      { name: 'silent', provider: { languageModel } },
      { type: 'openai', apiKey: 'k-1' },
    ],
  });

  expect(balanced.specificationVersion).toBe('v4');
  // Of an old provider the registry would wrap the models.
  expect(createProviderRegistry({ balanced }).languageModel('balanced:gpt-4')).toBe(balanced.languageModel('gpt-4'));
});
