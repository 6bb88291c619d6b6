import { generateText, streamText } from 'ai';
import { describe, expect, it } from 'vitest';

import { AllEndpointsFailedError, AttemptTimeoutError, createBalancedProvider } from '../../src/index.ts';
import { greetingOf } from '../support/answer.ts';
import { answer, hang, interrupted } from '../support/behaviour.ts';
import { azureV1, openAI } from '../support/endpoints.ts';
import { normalFinishReasons, readStream } from '../support/read-stream.ts';
import { startFailingAndHealthy, startServices } from '../support/start-services.ts';

const prompt = 'Who are you?';

describe('timeout.firstContentMs', () => {
  it.each([
    ['sends nothing', hang()],
    ['sends headers and nothing else', interrupted('headers', 'hang')],
    ['sends events without content and nothing else', interrupted('preamble', 'hang')],
  ])('lets the next endpoint answer a stream when one %s', async (_, silence) => {
    for (const api of ['chat', 'responses'] as const) {
      const [silent, healthy] = await startFailingAndHealthy(silence);
      const balanced = createBalancedProvider({
        endpoints: [openAI(silent), openAI(healthy)],
        loadBalancing: false,
        timeout: { firstContentMs: 200 },
      });

      const reading = await readStream(streamText({ model: balanced[api]('gpt-4'), prompt, maxRetries: 0 }).fullStream);

      expect(reading).toMatchObject({ text: greetingOf('healthy'), finishReason: 'stop', errors: [] });
      expect(await silent.requests[0]?.ended).toBe('closed-by-client');
    }
  });

  it('does not end a stream that had content in time', async () => {
    const [slow] = await startServices('slow');
    slow.behave(answer({ text: 'one two three four five' }, { partDelayMs: 80 }));
    const balanced = createBalancedProvider({
      endpoints: [openAI(slow)],
      timeout: { firstContentMs: 300 },
    });

    const reading = await readStream(streamText({ model: balanced('gpt-4'), prompt }).fullStream);

    expect(reading).toMatchObject({ text: 'one two three four five', errors: [] });
  });
});

describe('timeout.idleMs', () => {
  it('ends a stream that falls silent after content as an error that is not the user’s abort', async () => {
    const [silent, healthy] = await startFailingAndHealthy(interrupted(2, 'hang'));
    const balanced = createBalancedProvider({
      endpoints: [openAI(silent), openAI(healthy)],
      loadBalancing: false,
      timeout: { idleMs: 150 },
    });

    const reading = await readStream(
      streamText({ model: balanced('gpt-4'), prompt, onError: () => undefined }).fullStream,
    );

    expect(reading.text).toBe('Hello, this');
    expect(reading.wasAborted).toBe(false);
    expect(reading.errors.some((error) => AttemptTimeoutError.isInstance((error as Error).cause))).toBe(true);
    expect(normalFinishReasons).not.toContain(reading.finishReason);
    expect(await silent.requests[0]?.ended).toBe('closed-by-client');
    expect(healthy.requests).toHaveLength(0);
  });

  it('does not count the time in which the reader does not read', async () => {
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: [openAI(service)], timeout: { idleMs: 100 } });

    const { stream } = await balanced.chat('gpt-4').doStream({
      prompt: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const reading = await readStream(stream);

    expect(reading).toMatchObject({ text: greetingOf('alone'), errors: [] });
  });
});

describe('timeout.attemptMs', () => {
  it('lets the next endpoint answer generateText', async () => {
    const [silent, healthy] = await startFailingAndHealthy(hang());
    const balanced = createBalancedProvider({
      endpoints: [openAI(silent), openAI(healthy)],
      loadBalancing: false,
      timeout: { attemptMs: 200 },
    });

    const { text } = await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });

    expect(text).toBe(greetingOf('healthy'));
    expect(await silent.requests[0]?.ended).toBe('closed-by-client');
  });

  it('covers a token provider that never answers', async () => {
    const [silent, healthy] = await startServices('silent', 'healthy');
    const { apiKey: _, ...keyless } = azureV1(silent);
    const balanced = createBalancedProvider({
      endpoints: [{ ...keyless, tokenProvider: () => new Promise<string>(() => {}) }, openAI(healthy)],
      loadBalancing: false,
      timeout: { attemptMs: 200 },
    });

    const { text } = await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });

    expect(text).toBe(greetingOf('healthy'));
    expect(silent.requests).toHaveLength(0);
  });

  it('ends a stream that takes longer, after content, as an error', async () => {
    const [slow, healthy] = await startFailingAndHealthy(
      answer({ text: 'one two three four five six seven eight nine ten' }, { partDelayMs: 60 }),
    );
    const balanced = createBalancedProvider({
      endpoints: [openAI(slow), openAI(healthy)],
      loadBalancing: false,
      timeout: { attemptMs: 250 },
    });

    const reading = await readStream(
      streamText({ model: balanced('gpt-4'), prompt, onError: () => undefined }).fullStream,
    );

    expect(reading.text).toMatch(/^one/);
    expect(reading.errors.some((error) => AttemptTimeoutError.isInstance((error as Error).cause))).toBe(true);
    expect(normalFinishReasons).not.toContain(reading.finishReason);
    expect(await slow.requests[0]?.ended).toBe('closed-by-client');
    expect(healthy.requests).toHaveLength(0);
  });

  it('covers a body that never ends', async () => {
    const [silent, healthy] = await startFailingAndHealthy(interrupted(1, 'hang'));
    const balanced = createBalancedProvider({
      endpoints: [openAI(silent), openAI(healthy)],
      loadBalancing: false,
      timeout: { attemptMs: 200 },
    });

    const { text } = await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });

    expect(text).toBe(greetingOf('healthy'));
    expect(await silent.requests[0]?.ended).toBe('closed-by-client');
  });
});

describe('totalTimeoutMs', () => {
  it('ends a call that no endpoint answers, and the AI SDK does not start it again', async () => {
    const [one, two] = await startServices('one', 'two');
    for (const service of [one, two]) service.behave(hang());
    const balanced = createBalancedProvider({
      endpoints: [openAI(one), openAI(two)],
      totalTimeoutMs: 300,
    });
    const startMs = performance.now();

    const error = await generateText({ model: balanced('gpt-4'), prompt }).catch((reason: unknown) => reason);

    expect(performance.now() - startMs).toBeLessThan(1_500);
    expect(AllEndpointsFailedError.isInstance(error)).toBe(true);
    expect(one.requests.length + two.requests.length).toBe(1);
  });
});

describe('totalTimeoutMs of a stream', () => {
  it('ends it as an error that is not the user’s abort', async () => {
    const [silent] = await startServices('silent');
    silent.behave(interrupted(2, 'hang'));
    const balanced = createBalancedProvider({ endpoints: [openAI(silent)], totalTimeoutMs: 250 });

    const reading = await readStream(
      streamText({ model: balanced('gpt-4'), prompt, onError: () => undefined }).fullStream,
    );

    expect(reading).toMatchObject({ text: 'Hello, this', wasAborted: false });
    expect(reading.errors).not.toEqual([]);
    expect(await silent.requests[0]?.ended).toBe('closed-by-client');
  });
});

describe('a caller’s deadline', () => {
  it('is the caller’s reason, and not a failover', async () => {
    const [silent, healthy] = await startFailingAndHealthy(hang());
    const balanced = createBalancedProvider({
      endpoints: [openAI(silent), openAI(healthy)],
      loadBalancing: false,
    });

    const error = await generateText({
      model: balanced('gpt-4'),
      prompt,
      abortSignal: AbortSignal.timeout(150),
    }).catch((reason: unknown) => reason);

    expect(error).toMatchObject({ name: 'TimeoutError' });
    expect(healthy.requests).toHaveLength(0);
  });

  it('takes a silent endpoint out after failureThreshold of them in a row', async () => {
    const [silent, healthy] = await startServices('silent', 'healthy');
    const balanced = createBalancedProvider({
      endpoints: [openAI(silent), openAI(healthy)],
      loadBalancing: false,
      failureThreshold: 2,
    });
    const ask = (deadlineMs: number) =>
      generateText({
        model: balanced('gpt-4'),
        prompt,
        maxRetries: 0,
        abortSignal: AbortSignal.timeout(deadlineMs),
      });
    for (let call = 0; call < 20; call++) await ask(5_000);
    silent.behave(hang());

    for (let call = 0; call < 2; call++) await expect(ask(1_500)).rejects.toThrow();
    const { text } = await ask(5_000);

    expect(text).toBe(greetingOf('healthy'));
    expect(silent.requests).toHaveLength(22);
  });
});
