import { generateText, streamText } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { expect, it } from 'vitest';

import { greetingOf } from '../support/answer.ts';
import { answer } from '../support/behaviour.ts';
import { openAI } from '../support/endpoints.ts';
import { normalFinishReasons, readStream } from '../support/read-stream.ts';
import { startServices } from '../support/start-services.ts';

const prompt = 'Who are you?';

it('a stream at a drained endpoint comes whole, its connection is not closed, and drain() resolves after it', async () => {
  const [draining, other] = await startServices('draining', 'other');
  let release = (): void => {};
  draining.behave(answer({}, { restHeldUntil: new Promise<void>((resolve) => (release = resolve)) }));
  const balanced = createBalancedProvider({ endpoints: [openAI(draining), openAI(other)], loadBalancing: false });
  const [name = ''] = balanced.status().endpoints.map((endpoint) => endpoint.name);
  const reading = readStream(streamText({ model: balanced('gpt-4'), prompt, maxRetries: 0 }).fullStream);
  const { ended } = await draining.received(0);
  let isDrained = false;

  const drained = balanced.drain(name).then(() => (isDrained = true));
  const { text } = await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });
  expect(text).toBe(greetingOf('other'));
  expect(isDrained).toBe(false);
  release();
  await drained;
  const { text: streamed, finishReason, errors } = await reading;

  expect({ streamed, errors }).toEqual({ streamed: greetingOf('draining'), errors: [] });
  expect(normalFinishReasons).toContain(finishReason);
  expect(await ended).toBe('answered');
  expect(draining.requests).toHaveLength(1);
});

it('200 calls, 20 at a time, are all answered while one endpoint after the other is drained and resumed', async () => {
  const services = await startServices('one', 'two', 'three');
  const balanced = createBalancedProvider({ endpoints: services.map((service) => openAI(service)) });
  const names = balanced.status().endpoints.map(({ name }) => name);
  const texts: string[] = [];
  let begun = 0;
  const callInTurn = async (): Promise<void> => {
    while (begun++ < 200) texts.push((await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 })).text);
  };

  const working = Promise.all(Array.from({ length: 20 }, callInTurn));
  const received: (readonly [before: number, after: number])[] = [];
  for (const [index, name] of names.entries()) {
    await balanced.drain(name);
    const before = services[index]?.requests.length ?? 0;
    await generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });
    received.push([before, services[index]?.requests.length ?? 0]);
    balanced.resume(name);
  }
  await working;

  expect(texts).toHaveLength(200);
  for (const [before, after] of received) expect(after).toBe(before);
});
