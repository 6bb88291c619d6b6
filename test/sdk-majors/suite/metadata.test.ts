import { generateText, streamText } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { interrupted, status } from '../../support/behaviour.ts';
import { readStream } from '../../support/read-stream.ts';
import { startFailingAndHealthy, startServices } from '../../support/start-services.ts';
import { openAI } from './endpoints.ts';

const prompt = 'Who are you?';

describe('providerMetadata.balanced', () => {
  it('names the endpoint that answered generateText, and counts the attempts', async () => {
    const [failing, healthy] = await startFailingAndHealthy(status(500));
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing), openAI(healthy)],
      loadBalancing: false,
    });

    const { providerMetadata } = await generateText({ model: balanced('gpt-4'), prompt });

    expect(providerMetadata?.['balanced']).toMatchObject({ endpoint: 'healthy', attempts: 2 });
  });

  it('names the endpoint that answered streamText', async () => {
    const [failing, healthy] = await startFailingAndHealthy(interrupted('preamble', 'end'));
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing), openAI(healthy)],
      loadBalancing: false,
    });

    const result = streamText({ model: balanced('gpt-4'), prompt });
    await readStream(result.fullStream);

    expect((await result.providerMetadata)?.['balanced']).toMatchObject({
      endpoint: 'healthy',
      attempts: 2,
    });
  });

  it('is left out when metadata is false', async () => {
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: [openAI(service)], metadata: false });

    const { providerMetadata } = await generateText({ model: balanced('gpt-4'), prompt });
    const result = streamText({ model: balanced('gpt-4'), prompt });
    await readStream(result.fullStream);

    expect(providerMetadata ?? {}).not.toHaveProperty('balanced');
    expect((await result.providerMetadata) ?? {}).not.toHaveProperty('balanced');
  });
});
