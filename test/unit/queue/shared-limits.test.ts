import { describe, expect, it } from 'vitest';

import { type BalancedProvider, createBalancedProvider } from '../../../src/index.ts';
import type { CommonEndpointSettings } from '../../../src/index.ts';
import { apiError } from '../api-error.ts';
import { after, answers, FakeEndpoint, prompt } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { type Outcome, watch } from '../outcome.ts';

useFakeTime();

const ask = (balanced: BalancedProvider, modelId: string, maxOutputTokens = 10) =>
  watch(balanced(modelId).doGenerate({ prompt, maxOutputTokens }));

/** Keeps a limit spent by calls of one model, and returns the outcome of a call of another meanwhile. */
async function besideABusyModel(
  limits: CommonEndpointSettings,
  tokens: { readonly busy: number; readonly other: number } = { busy: 10, other: 10 },
  endpoint = new FakeEndpoint('e0'),
): Promise<Outcome<unknown>> {
  const balanced = createBalancedProvider({ endpoints: [endpoint.settings(limits)] });
  for (let call = 0; call < 65; call++) ask(balanced, 'busy', tokens.busy);
  await happenings();
  const other = ask(balanced, 'other', tokens.other);
  for (let second = 0; second < 50; second++) {
    ask(balanced, 'busy', tokens.busy);
    await pass(1_000);
  }
  return other;
}

describe('a waiting call of one model is not overtaken by later calls of another', () => {
  it('where an endpoint limits the requests of both', async () => {
    expect(await besideABusyModel({ rpm: 60 })).toMatchObject({ state: 'fulfilled' });
  });

  it('where an endpoint limits the tokens of both, and the waiting call needs many', async () => {
    const unreported = {
      ...answers(),
      generate: async () => ({
        content: [],
        finishReason: { unified: 'stop', raw: 'stop' } as const,
        usage: { inputTokens: {}, outputTokens: {} } as never,
        warnings: [],
      }),
    };
    const other = await besideABusyModel(
      { tpm: 60_000 },
      { busy: 1_000, other: 20_000 },
      new FakeEndpoint('e0', unreported),
    );
    expect(other).toMatchObject({ state: 'fulfilled' });
  });

  it('where both models are one deployment', async () => {
    const limits = { maxConcurrency: 1, deployments: { busy: 'd', other: 'd' } };
    const endpoint = new FakeEndpoint('e0', after(100, answers()));
    expect(await besideABusyModel(limits, undefined, endpoint)).toMatchObject({ state: 'fulfilled' });
  });
});

it('a waiting call whose deployment is out takes nothing of a limit that it shares with another model', async () => {
  const healthy = answers();
  const endpoint = new FakeEndpoint('e0', {
    generate: async (attempt) => {
      if (attempt.modelId === 'down') throw apiError(500);
      return healthy.generate(attempt);
    },
    stream: (attempt) => healthy.stream(attempt),
  });
  const balanced = createBalancedProvider({ endpoints: [endpoint.settings({ rpm: 600 })], failureThreshold: 1 });
  const waiting = ask(balanced, 'down');
  await pass(100);
  for (let call = 0; call < 600; call++) ask(balanced, 'up');
  await happenings();

  const call = ask(balanced, 'up');
  await pass(500);

  expect(waiting.state).toBe('pending');
  expect(call.state).toBe('fulfilled');
});
