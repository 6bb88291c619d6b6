import { describe, expect, it } from 'vitest';

import { createBalancedProvider } from '../../src/index.ts';
import { interrupted } from '../support/behaviour.ts';
import { openAI } from '../support/endpoints.ts';
import { startFailingAndHealthy, startServices } from '../support/start-services.ts';

const options = {
  prompt: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Who are you?' }] }],
};

describe('a stream of a balanced model', () => {
  it('begins with one stream-start, also when two endpoints failed before', async () => {
    const [one, two, three] = await startServices('one', 'two', 'three');
    one.behave(interrupted('preamble', 'end'));
    two.behave(interrupted('preamble', 'error-event'));
    const balanced = createBalancedProvider({
      endpoints: [one, two, three].map((service) => openAI(service)),
      loadBalancing: false,
    });

    const { stream } = await balanced.responses('gpt-4').doStream(options);
    const types: string[] = [];
    for await (const part of stream) types.push(part.type);

    expect(types[0]).toBe('stream-start');
    expect(types.filter((type) => type === 'stream-start')).toHaveLength(1);
    expect(types.filter((type) => type === 'response-metadata')).toHaveLength(1);
  });

  it('turns a reset after content into an error part and a close, so that reading does not throw', async () => {
    const [failing, healthy] = await startFailingAndHealthy(interrupted(2, 'reset'));
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing), openAI(healthy)],
      loadBalancing: false,
    });

    const { stream } = await balanced.chat('gpt-4').doStream(options);
    const types: string[] = [];
    for await (const part of stream) types.push(part.type);

    expect(types.at(-1)).toBe('error');
    expect(types).not.toContain('finish');
  });

  it('is returned before the first content', async () => {
    const [slow] = await startServices('slow');
    slow.behave(interrupted('preamble', 'hang'));
    const balanced = createBalancedProvider({ endpoints: [openAI(slow)] });

    const { stream } = await balanced.responses('gpt-4').doStream(options);
    await stream.cancel();

    expect(await slow.requests[0]?.ended).toBe('closed-by-client');
  });

  it('can be cancelled while it waits for the next round, and then asks no more endpoints', async () => {
    const [failing] = await startServices('failing');
    failing.behave(interrupted('preamble', 'end'));
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing)],
      retry: { rounds: 2, minDelayMs: 60_000 },
    });
    const failed = new Promise<void>((resolve) => {
      balanced.on('attempt', () => resolve());
    });

    const { stream } = await balanced.chat('gpt-4').doStream(options);
    const reader = stream.getReader();
    const reading = reader.read();
    await failed;
    await reader.cancel();
    await reading;

    expect(failing.requests).toHaveLength(1);
    expect(JSON.stringify(balanced.status())).not.toMatch(/"inFlight":[1-9]/);
  });

  it('counts as in flight until its end, and no longer', async () => {
    const [service] = await startServices('alone');
    service.behave(interrupted(2, 'hang'));
    const balanced = createBalancedProvider({ endpoints: [openAI(service)] });
    const inFlight = () => JSON.stringify(balanced.status()).match(/"inFlight":[1-9]/g)?.length ?? 0;

    const { stream } = await balanced.chat('gpt-4').doStream(options);
    const during = inFlight();
    await stream.cancel();

    expect(during).toBeGreaterThan(0);
    expect(inFlight()).toBe(0);
  });
});
