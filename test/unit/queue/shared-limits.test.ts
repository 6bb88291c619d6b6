import { describe, expect, it } from 'vitest';

import { apiError } from '../api-error.ts';
import { buildRing, type EndpointPlan } from '../build-ring.ts';
import { after, answers, type Behaviour } from '../fake-endpoint.ts';
import { pass, useFakeTime } from '../fake-time.ts';
import type { Outcome } from '../outcome.ts';

useFakeTime();

/** Keeps a limit spent by calls of one model, and returns the outcome of a call of another meanwhile. */
async function besideABusyModel(
  plan: EndpointPlan,
  tokens: { readonly busy: number; readonly other: number } = { busy: 10, other: 10 },
): Promise<Outcome<unknown>> {
  const { ask, askTimes } = buildRing([plan]);
  const busy = { modelId: 'busy', maxOutputTokens: tokens.busy };
  await askTimes(65, busy);
  const other = ask({ modelId: 'other', maxOutputTokens: tokens.other });
  for (let second = 0; second < 50; second++) {
    ask(busy);
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
    const other = await besideABusyModel({ tpm: 60_000, does: unreported }, { busy: 1_000, other: 20_000 });
    expect(other).toMatchObject({ state: 'fulfilled' });
  });

  it('where both models are one deployment', async () => {
    const does = after(100, answers());
    const other = await besideABusyModel({ maxConcurrency: 1, deployments: { busy: 'd', other: 'd' }, does });
    expect(other).toMatchObject({ state: 'fulfilled' });
  });
});

it('a waiting call whose deployment is out takes nothing of a limit that it shares with another model', async () => {
  const healthy = answers();
  const does: Behaviour = {
    generate: async (attempt) => {
      if (attempt.modelId === 'down') throw apiError(500);
      return healthy.generate(attempt);
    },
    stream: (attempt) => healthy.stream(attempt),
  };
  const { ask, askTimes } = buildRing([{ rpm: 600, does }], { failureThreshold: 1 });
  const waiting = ask({ modelId: 'down', maxOutputTokens: 10 });
  await pass(100);
  await askTimes(600, { modelId: 'up', maxOutputTokens: 10 });

  const call = ask({ modelId: 'up', maxOutputTokens: 10 });
  await pass(500);

  expect(waiting.state).toBe('pending');
  expect(call.state).toBe('fulfilled');
});
