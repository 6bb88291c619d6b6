import { setTimeout as wait } from 'node:timers/promises';

import { generateText, streamText } from 'ai';
import { type BalancedProvider, createBalancedProvider } from 'ai-sdk-load-balancer';
import { expect, it } from 'vitest';

import { greetingOf } from '../../support/answer.ts';
import { answer, rateLimited } from '../../support/behaviour.ts';
import { readStream } from '../../support/read-stream.ts';
import { startServices } from '../../support/start-services.ts';
import { datedAzure, openAI } from './endpoints.ts';

const prompt = 'Who are you?';
// Long enough for the calls on a busy machine.
const retryAfterMs = 6_000;

it('a rate-limited endpoint gets no calls until the time it named, while 200 calls succeed, and then one probe', async () => {
  const [limited, second, third] = await startServices('limited', 'second', 'third');
  limited.behave(rateLimited(retryAfterMs / 1_000));
  const balanced = createBalancedProvider({
    endpoints: [datedAzure(limited), openAI(second), openAI(third)],
  });
  const ask = () => generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });

  // The first call learns of the limit; the 199 others come 20 at a time.
  const texts = [(await ask()).text];
  const limitedAtMs = performance.now();
  while (texts.length < 200) {
    const batch = Array.from({ length: Math.min(20, 200 - texts.length) }, ask);
    for (const { text } of await Promise.all(batch)) texts.push(text);
  }

  expect(performance.now() - limitedAtMs).toBeLessThan(retryAfterMs);
  expect(limited.requests).toHaveLength(1);
  expect(new Set(texts)).toEqual(new Set([greetingOf('second'), greetingOf('third')]));

  let release = () => {};
  const heldUntil = new Promise<void>((resolve) => (release = resolve));
  limited.behave(answer({}, { heldUntil }));
  await wait(retryAfterMs - (performance.now() - limitedAtMs) + 100);
  const calls = Array.from({ length: 20 }, ask);
  await limited.received(1);
  await Promise.race(calls);

  expect(limited.requests).toHaveLength(2);

  release();
  await Promise.all(calls);
  for (let call = 0; call < 30; call++) await ask();

  // A third of the calls, and what is made up for of the turns that it has missed.
  expect(limited.requests.length).toBeGreaterThanOrEqual(12);
  expect(limited.requests.length).toBeLessThanOrEqual(15);
});

it.each<[string, (balanced: BalancedProvider) => PromiseLike<string>]>([
  [
    'generateText',
    (balanced) => generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 }).then(({ text }) => text),
  ],
  [
    'streamText',
    async (balanced) => {
      const { fullStream } = streamText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });
      return (await readStream(fullStream)).text;
    },
  ],
])('an endpoint whose answer to %s says that nothing is left of its limits is not asked next', async (_, ask) => {
  const [spent, other] = await startServices('spent', 'other');
  spent.behave(
    answer(
      {},
      {
        headers: {
          'x-ratelimit-limit-requests': '10',
          'x-ratelimit-remaining-requests': '0',
          'x-ratelimit-reset-requests': '60s',
        },
      },
    ),
  );
  const balanced = createBalancedProvider({ endpoints: [openAI(spent), openAI(other)], loadBalancing: false });

  expect([await ask(balanced), await ask(balanced)]).toEqual([greetingOf('spent'), greetingOf('other')]);
});
