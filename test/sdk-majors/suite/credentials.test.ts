import { generateText } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { greetingOf } from '../../support/answer.ts';
import { status } from '../../support/behaviour.ts';
import { startServices } from '../../support/start-services.ts';
import { azure, openAI } from './endpoints.ts';

const prompt = 'Who are you?';

describe.each([
  ['OpenAI', openAI, 'authorization', 'Bearer k-1'],
  ['Azure', azure, 'api-key', 'k-1'],
] as const)('a key of %s', (_, endpointOf, header, value) => {
  it.each(['authorization', 'Authorization', 'api-key', 'Api-Key'])(
    'stands, whatever %s a call brings along',
    async (name) => {
      const [service] = await startServices('service');

      for (const apiKey of ['k-1', () => 'k-1']) {
        const balanced = createBalancedProvider({ endpoints: [endpointOf(service, { apiKey })] });
        await generateText({ model: balanced('gpt-4'), prompt, headers: { [name]: 'of-a-user' } });
      }

      for (const { headers } of service.requests) {
        expect(headers[header]).toBe(value);
        expect(JSON.stringify(headers)).not.toContain('of-a-user');
      }
    },
  );

  it('goes to no other origin with a redirect', async () => {
    const [service, other, healthy] = await startServices('service', 'other', 'healthy');
    const location = `${new URL(other.baseURL).origin}/v1/chat/completions`;
    service.behave(status(307, { headers: { location } }));
    const balanced = createBalancedProvider({
      endpoints: [endpointOf(service), openAI(healthy)],
      loadBalancing: false,
    });

    const { text } = await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });

    expect(text).toBe(greetingOf('healthy'));
    expect(other.requests).toHaveLength(0);
  });

  it('is not out for a header of a call that cannot be sent', async () => {
    const [service] = await startServices('service');
    const balanced = createBalancedProvider({ endpoints: [endpointOf(service)], failureThreshold: 1 });
    const ask = (headers: Record<string, string>) =>
      generateText({ model: balanced('gpt-4'), prompt, headers, maxRetries: 0 });

    await expect(ask({ expect: '100-continue' })).rejects.toMatchObject({ name: 'AI_InvalidArgumentError' });
    expect((await ask({})).text).toBe(greetingOf('service'));
  });
});
