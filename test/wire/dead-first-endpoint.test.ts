import { generateText } from 'ai';
import { describe, expect, it } from 'vitest';

import { createBalancedProvider, type OpenAIEndpointSettings } from '../../src/index.ts';
import { greetingOf } from '../support/answer.ts';
import { rateLimited, status, type Behaviour } from '../support/behaviour.ts';
import { openAI } from '../support/endpoints.ts';
import { startServices } from '../support/start-services.ts';
import { refusedBaseURL, unknownHostBaseURL } from '../support/unreachable.ts';

const prompt = 'Who are you?';

/** Runs as many calls as are wanted, so many at a time: each of them starts the next when it is done. */
async function callsAtATime<Result>(
  wanted: number,
  atATime: number,
  call: () => PromiseLike<Result>,
): Promise<readonly PromiseSettledResult<Result>[]> {
  const results: PromiseSettledResult<Result>[] = [];
  let begun = 0;
  const worker = async () => {
    while (begun++ < wanted) results.push(...(await Promise.allSettled([call()])));
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return results;
}

const textsOf = (results: readonly PromiseSettledResult<{ text: string }>[]) =>
  results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.text] : []));

async function withFirst(first: OpenAIEndpointSettings | Behaviour) {
  const [dead, second, third] = await startServices('dead', 'second', 'third');
  if ('kind' in first) dead.behave(first);
  const endpoint = 'kind' in first ? openAI(dead) : first;
  return createBalancedProvider({ endpoints: [endpoint, openAI(second), openAI(third)] });
}

describe('200 calls, 20 at a time, all succeed without retries of the AI SDK when the first of three endpoints', () => {
  it.each([
    ['answers with 429 and names a time', async () => rateLimited(30)],
    ['answers with 429 and names no time', async () => status(429)],
    ['answers with 500', async () => status(500)],
    ['refuses connections', async () => ({ type: 'openai', baseURL: await refusedBaseURL(), apiKey: 'any' }) as const],
    ['has an unknown host', async () => ({ type: 'openai', baseURL: unknownHostBaseURL, apiKey: 'any' }) as const],
  ] as const)('%s', async (_, first) => {
    const balanced = await withFirst(await first());

    const results = await callsAtATime(200, 20, () =>
      generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 }),
    );

    const texts = textsOf(results);
    expect(texts).toHaveLength(200);
    expect(new Set(texts)).toEqual(new Set([greetingOf('second'), greetingOf('third')]));
  });
});

it('a rate-limited endpoint gets no attempt between its first 429 and the time it named, and then one probe', async () => {
  const [limited, second, third] = await startServices('limited', 'second', 'third');
  limited.behave(rateLimited(2));
  const starts: number[] = [];
  const recordingFetch: typeof fetch = (input, init) => {
    starts.push(performance.now());
    return fetch(input, init);
  };
  const balanced = createBalancedProvider({
    endpoints: [openAI(limited, { fetch: recordingFetch }), openAI(second), openAI(third)],
  });
  const learned: number[] = [];
  balanced.on('rateLimited', () => void learned.push(performance.now()));
  const ask = () => generateText({ model: balanced('gpt-4'), prompt, maxRetries: 0 });

  const results = await callsAtATime(200, 20, ask);
  // The last of the attempts that were under way together names the time that counts.
  const [firstMs = Infinity] = learned;
  const untilMs = (learned.at(-1) ?? Infinity) + 2_000;
  while (performance.now() < untilMs + 200) await callsAtATime(20, 20, ask);

  const early = starts.filter((startMs) => startMs > firstMs && startMs < firstMs + 1_980);
  const [probeMs = Infinity, ...later] = starts.filter((startMs) => startMs >= firstMs + 1_980);
  expect(textsOf(results)).toHaveLength(200);
  expect(early).toEqual([]);
  expect(probeMs).toBeLessThan(Infinity);
  // It was rate limited again, for two more seconds, which a slow machine may have lived to see the end of.
  expect(later.filter((startMs) => startMs < probeMs + 1_980)).toEqual([]);
});
