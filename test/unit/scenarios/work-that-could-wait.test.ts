import { describe, expect, it } from 'vitest';

import { createBalancedProvider } from '../../../src/index.ts';
import { prompt } from '../fake-endpoint.ts';
import { fakeFetch } from '../fake-fetch.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { type Outcome, watch } from '../outcome.ts';

useFakeTime();

/** One Azure endpoint, which judges by windows of 10 s: 60 requests in each. */
function regional() {
  const { fetch, sent } = fakeFetch();
  const balanced = createBalancedProvider({
    endpoints: [{ name: 'east', type: 'azure', resourceName: 'east', apiKey: 'key', rpm: 360, fetch }],
  });
  const model = balanced.chat('m');
  const ask = (urgency: 'interactive' | 'background') =>
    watch(model.doGenerate({ prompt, providerOptions: { balanced: { urgency } } }));
  return { ask, sent };
}

const served = (calls: readonly Outcome<unknown>[]) => calls.filter(({ state }) => state === 'fulfilled').length;

describe('background calls, many more than a window allows,', () => {
  it('leave room in each window to interactive calls, and use the rest', async () => {
    const { ask } = regional();
    const background = Array.from({ length: 1_000 }, () => ask('background'));
    await happenings();
    const waits: number[] = [];
    for (let second = 0; second < 58; second += 1) {
      const askedAt = performance.now();
      const call = ask('interactive');
      await pass(1_000);
      // The first window was spent before any interactive call came, and those that waited come all at the start of the second.
      if (second >= 20) waits.push((call.settledAt ?? Infinity) - askedAt);
    }

    expect(Math.max(...waits)).toBeLessThanOrEqual(500);
    // 60 in each of the six windows that have begun, less what is lost where one meets the next.
    expect(served(background) + 58).toBeGreaterThanOrEqual(0.95 * 360);
  });

  it('spend a window at once where no interactive calls come', async () => {
    const { ask } = regional();
    const background = Array.from({ length: 100 }, () => ask('background'));
    await pass(100);

    expect(served(background)).toBe(60);
  });
});
