import { getEventListeners } from 'node:events';

import { generateText, streamText } from 'ai';
import { expect, it } from 'vitest';

import { createBalancedProvider } from '../../src/index.ts';
import { answer, interrupted, reset, status, type Behaviour } from '../support/behaviour.ts';
import { openAI } from '../support/endpoints.ts';
import { readStream } from '../support/read-stream.ts';
import { startServices } from '../support/start-services.ts';

const prompt = 'Who are you?';

const fates: readonly Behaviour[] = [
  answer(),
  status(500),
  interrupted(2, 'end'),
  answer(),
  interrupted('preamble', 'error-event'),
  status(400),
  interrupted('preamble', 'end'),
  answer(),
  reset(),
  status(429, { headers: { 'retry-after-ms': '1' } }),
  interrupted(2, 'error-event'),
];

it('10,000 calls that end in all kinds of ways leave nothing behind', { timeout: 600_000 }, async () => {
  const services = await startServices('one', 'two', 'three');
  for (const [offset, service] of services.entries()) {
    service.behave(({ index }) => fates[(index + offset) % fates.length] ?? answer());
  }
  const balanced = createBalancedProvider({
    endpoints: services.map((service) => openAI(service)),
    retry: { rounds: 2, minDelayMs: 1, maxDelayMs: 2 },
    cooldownMs: 5,
    timeout: { firstContentMs: 10_000, idleMs: 10_000, attemptMs: 20_000 },
    totalTimeoutMs: 30_000,
  });
  const lasting = new AbortController(); // one signal for many calls: a listener left on it would add up
  const timersBefore = countOfTimers();

  const call = async (index: number) => {
    const model = index % 2 === 0 ? balanced.chat('gpt-4') : balanced.responses('gpt-4');
    const controller = new AbortController();
    const abortSignal = index % 5 === 0 ? controller.signal : lasting.signal;
    if (index % 5 === 0) setImmediate(() => controller.abort());
    const settings = { model, prompt, maxRetries: 0, abortSignal };
    if (index % 3 === 0) await generateText(settings).catch(() => undefined);
    else await readStream(streamText({ ...settings, onError: () => undefined }).fullStream);
  };
  for (let done = 0; done < 10_000; done += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, index) => call(done + index)));
  }

  await Promise.all(services.map((service) => service.settled()));
  expect(services.map((service) => service.unfinishedResponses)).toEqual([0, 0, 0]);
  expect(getEventListeners(lasting.signal, 'abort')).toHaveLength(0);
  expect(countOfTimers()).toBeLessThanOrEqual(timersBefore + 5); // undici has a few of its own
  expect(inFlightCountsOf(balanced.status())).toEqual(new Set([0]));
});

const countOfTimers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

/** Every number under a key `inFlight`, at whatever depth. */
function inFlightCountsOf(snapshot: unknown): ReadonlySet<unknown> {
  const counts = new Set<unknown>();
  JSON.stringify(snapshot, (key, value: unknown) => {
    if (key === 'inFlight') counts.add(value);
    return value;
  });
  return counts;
}
