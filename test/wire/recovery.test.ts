import { generateText } from 'ai';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createBalancedProvider } from '../../src/index.ts';
import { greetingOf } from '../support/answer.ts';
import { answer, hang, status } from '../support/behaviour.ts';
import { openAI } from '../support/endpoints.ts';
import { startFailingAndHealthy, startServices } from '../support/start-services.ts';

const prompt = 'Who are you?';

/** By the clock alone: what crosses a wire takes its real time. */
const pass = (ms: number) => void vi.advanceTimersByTime(ms);

describe('an endpoint that failed', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('gets one probe after its cooldown, and its share again when that succeeds', async () => {
    const [failing, healthy] = await startFailingAndHealthy(status(500));
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing), openAI(healthy)],
      failureThreshold: 2,
      cooldownMs: 60_000,
    });
    const recovered: string[] = [];
    balanced.on('recovered', ({ endpoint }) => void recovered.push(endpoint));
    const ask = () => generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });
    for (let call = 0; call < 8; call++) await ask();
    expect(failing.requests).toHaveLength(2);

    let release = () => {};
    const heldUntil = new Promise<void>((resolve) => (release = resolve));
    failing.behave(answer({}, { heldUntil }));
    pass(60_001);
    const calls = Array.from({ length: 20 }, ask);
    await failing.received(2);
    await Promise.race(calls);
    expect(failing.requests).toHaveLength(3);

    release();
    await Promise.all(calls);
    expect(recovered).toEqual(['failing']);
    for (let call = 0; call < 20; call++) await ask();
    // Half of the calls, and what is made up for of the turns that it has missed.
    expect(failing.requests.length).toBeGreaterThanOrEqual(13);
    expect(failing.requests.length).toBeLessThanOrEqual(16);
  });

  it('gets no calls for another cooldown when the probe fails', async () => {
    const [failing, healthy] = await startFailingAndHealthy(status(500));
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing), openAI(healthy)],
      failureThreshold: 1,
      cooldownMs: 60_000,
    });
    const ask = () => generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });
    await ask();
    await ask();
    pass(60_001);

    for (let call = 0; call < 10; call++) await ask();

    expect(failing.requests).toHaveLength(2);
  });

  it('is free for the next probe when the caller aborts the one that is under way', async () => {
    const [failing, healthy] = await startFailingAndHealthy(status(500));
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing), openAI(healthy)],
      loadBalancing: false,
      failureThreshold: 1,
      cooldownMs: 60_000,
    });
    const ask = (abortSignal?: AbortSignal) =>
      generateText({
        model: balanced('gpt-4'),
        prompt,
        maxRetries: 0,
        ...(abortSignal && { abortSignal }),
      });
    await ask();
    failing.behave(hang());
    pass(60_001);
    const controller = new AbortController();
    const aborted = ask(controller.signal).catch(() => undefined);
    const { ended } = await failing.received(1);
    controller.abort();
    await Promise.all([aborted, ended]);
    failing.behave(answer());

    const { text } = await ask();

    expect(text).toBe(greetingOf('failing'));
  });
});

describe('a call that finds all endpoints in their cooldown', () => {
  it('is sent early to the endpoint whose cooldown ends first, and does not fail', async () => {
    const [one, two] = await startServices('one', 'two');
    for (const service of [one, two]) service.behave(status(500));
    const balanced = createBalancedProvider({
      endpoints: [openAI(one), openAI(two)],
      loadBalancing: false,
      failureThreshold: 1,
      cooldownMs: 600_000,
      retry: { rounds: 1 },
    });
    await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 }).catch(() => undefined);
    for (const service of [one, two]) service.behave(answer());

    const { text } = await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });

    expect(text).toBe(greetingOf('one'));
  });
});

describe('a call that waits for its next round', () => {
  it('is answered by a ring that has recovered meanwhile', async () => {
    const [one, two] = await startServices('one', 'two');
    for (const service of [one, two]) service.behaveOnce(status(500));
    const balanced = createBalancedProvider({
      endpoints: [openAI(one), openAI(two)],
      retry: { minDelayMs: 10 },
    });

    const { text } = await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });

    expect([greetingOf('one'), greetingOf('two')]).toContain(text);
    expect(one.requests.length + two.requests.length).toBe(3);
  });

  it('waits no longer than a Retry-After that ends sooner', async () => {
    const [limited] = await startServices('limited');
    limited.behaveOnce(status(429, { headers: { 'retry-after-ms': '250' } }));
    const balanced = createBalancedProvider({
      endpoints: [openAI(limited)],
      retry: { minDelayMs: 30_000 },
    });
    const startMs = performance.now();

    const { text } = await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });

    expect(text).toBe(greetingOf('limited'));
    expect(performance.now() - startMs).toBeGreaterThan(240);
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });
});
