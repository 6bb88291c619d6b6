import { embed, generateText } from 'ai';
import { describe, expect, it } from 'vitest';

import { createBalancedProvider } from '../../src/index.ts';
import { datedAzure } from '../support/endpoints.ts';
import { startServices } from '../support/start-services.ts';

describe('a model id that looks like a path', () => {
  it.each(['../../admin', '..', '.', '%2e%2e/%2e%2e/admin', '..\\..\\admin', 'gpt-4?a=b', 'gpt-4#a'])(
    'leads no request, with the key, out of the deployments: %s',
    async (id) => {
      const [service] = await startServices('azure');
      const balanced = createBalancedProvider({ endpoints: [datedAzure(service)], retry: { rounds: 1 } });

      await generateText({ model: balanced.chat(id), prompt: 'Hello', maxRetries: 0 }).catch(() => undefined);
      await embed({ model: balanced.embeddingModel(id), value: 'a', maxRetries: 0 }).catch(() => undefined);

      for (const { path } of service.requests)
        expect(path).toMatch(/^\/openai\/deployments\/[^/]+\/(chat\/completions|embeddings)$/);
      expect(balanced.status().endpoints.map(({ state }) => state)).toEqual(['closed']);
      expect(service.requests).toHaveLength(/^\.+$/.test(id) ? 0 : 2);
    },
  );
});
