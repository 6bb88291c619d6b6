import { generateText, streamText } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { hang, interrupted, status } from '../../support/behaviour.ts';
import { normalFinishReasons, readStream } from '../../support/read-stream.ts';
import { startFailingAndHealthy, startServices } from '../../support/start-services.ts';
import { openAI } from './endpoints.ts';
import { streamOf } from './sdk-major.ts';

const prompt = 'Who are you?';

/** Not an AbortError: a caller may abort with whatever it likes, and must get it back. */
class CallerLeft extends Error {
  override readonly name = 'CallerLeft';
}

describe.each(['chat', 'responses'] as const)('a cancel of a %s stream', (api) => {
  it('after content closes the upstream connection', async () => {
    const [service] = await startServices('slow');
    service.behave(interrupted(2, 'hang'));
    const balanced = createBalancedProvider({ endpoints: [openAI(service)] });

    const reader = (await streamOf(balanced[api]('gpt-4'))).getReader();
    for (;;) {
      const { value } = await reader.read();
      if (value && 'type' in value && value.type === 'text-delta') break;
    }
    await reader.cancel();

    expect(await service.requests[0]?.ended).toBe('closed-by-client');
    expect(service.unfinishedResponses).toBe(0);
  });

  it('before content closes the upstream connection, and no other endpoint is asked', async () => {
    const [service, other] = await startFailingAndHealthy(interrupted('preamble', 'hang'));
    const controller = new AbortController();
    const balanced = createBalancedProvider({
      endpoints: [openAI(service), openAI(other)],
      loadBalancing: false,
    });

    // A model may hold its stream back until the first content, so the signal is what a caller has for sure.
    const reading = streamOf(balanced[api]('gpt-4'), controller.signal).then((stream) => readStream(stream));
    const { ended } = await service.received(0);
    controller.abort(new CallerLeft());
    await reading.catch(() => undefined);

    expect(await ended).toBe('closed-by-client');
    expect(other.requests).toHaveLength(0);
  });
});

describe('an abort by the caller', () => {
  it('before the call is thrown as it is, and no endpoint is asked', async () => {
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: [openAI(service)] });
    const reason = new CallerLeft();

    const call = generateText({
      model: balanced('gpt-4'),
      prompt,
      abortSignal: AbortSignal.abort(reason),
    });

    await expect(call).rejects.toBe(reason);
    expect(service.requests).toHaveLength(0);
  });

  it('during an attempt closes its connection and is thrown as it is, and no other endpoint is asked', async () => {
    const [silent, healthy] = await startFailingAndHealthy(hang());
    const balanced = createBalancedProvider({
      endpoints: [openAI(silent), openAI(healthy)],
      loadBalancing: false,
    });
    const controller = new AbortController();
    const reason = new CallerLeft();

    const call = generateText({
      model: balanced('gpt-4'),
      prompt,
      abortSignal: controller.signal,
    });
    const { ended } = await silent.received(0);
    controller.abort(reason);

    await expect(call).rejects.toBe(reason);
    expect(await ended).toBe('closed-by-client');
    expect(healthy.requests).toHaveLength(0);
  });

  it('during a wait between rounds ends it at once', async () => {
    const [failing] = await startServices('failing');
    failing.behave(status(500));
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing)],
      retry: { rounds: 2, minDelayMs: 60_000 },
    });
    const controller = new AbortController();
    const reason = new CallerLeft();

    const call = generateText({
      model: balanced('gpt-4'),
      prompt,
      abortSignal: controller.signal,
    });
    await (
      await failing.received(0)
    ).ended;
    controller.abort(reason);

    await expect(call).rejects.toBe(reason);
    expect(failing.requests).toHaveLength(1);
  });

  it('in a stream closes its connection and is not a normal end, and no other endpoint is asked', async () => {
    const [slow, healthy] = await startFailingAndHealthy(interrupted(2, 'hang'));
    const balanced = createBalancedProvider({
      endpoints: [openAI(slow), openAI(healthy)],
      loadBalancing: false,
    });
    const controller = new AbortController();
    const reason = new CallerLeft();

    const result = streamText({
      model: balanced('gpt-4'),
      prompt,
      abortSignal: controller.signal,
      onError: () => undefined,
    });
    const reading = readStream(result.fullStream);
    for await (const text of result.textStream) {
      if (text !== '') break;
    }
    controller.abort(reason);
    const { errors, wasAborted, finishReason } = await reading;

    expect(wasAborted || errors.includes(reason)).toBe(true);
    expect(normalFinishReasons).not.toContain(finishReason);
    expect(await slow.requests[0]?.ended).toBe('closed-by-client');
    expect(healthy.requests).toHaveLength(0);
  });

  it('after a failover inside a stream closes the connection of the second endpoint, and asks no third', async () => {
    const [failing, silent, third] = await startServices('failing', 'silent', 'third');
    failing.behave(interrupted('preamble', 'end'));
    silent.behave(interrupted('preamble', 'hang'));
    const balanced = createBalancedProvider({
      endpoints: [failing, silent, third].map((service) => openAI(service)),
      loadBalancing: false,
    });
    const controller = new AbortController();

    const result = streamText({
      model: balanced('gpt-4'),
      prompt,
      abortSignal: controller.signal,
      onError: () => undefined,
    });
    const reading = readStream(result.fullStream);
    const { ended } = await silent.received(0);
    controller.abort(new CallerLeft());
    const { text, finishReason } = await reading;

    expect(await ended).toBe('closed-by-client');
    expect(text).toBe('');
    expect(normalFinishReasons).not.toContain(finishReason);
    expect(third.requests).toHaveLength(0);
  });

  it('is not counted as a failure', async () => {
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: [openAI(service)], failureThreshold: 1 });

    for (let call = 0; call < 3; call++) {
      const controller = new AbortController();
      service.behaveOnce(hang());
      const generated = generateText({
        model: balanced('gpt-4'),
        prompt,
        abortSignal: controller.signal,
      }).catch(() => undefined);
      const { ended } = await service.received(call);
      controller.abort();
      await Promise.all([generated, ended]);
    }

    const { text } = await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });
    expect(text).not.toBe('');
  });
});
