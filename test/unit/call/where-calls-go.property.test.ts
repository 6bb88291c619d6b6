import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { InvalidSettingsError } from '../../../src/index.ts';
import { apiError, rateLimit } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { answers, fails } from '../fake-endpoint.ts';
import { pass, useFakeTime } from '../fake-time.ts';

useFakeTime();

const NAMES = ['e0', 'e1', 'e2', 'e3'] as const;
const MODELS = ['m', 'b', 'c'] as const;

const someOf = <Item extends string>(items: readonly Item[]) => fc.subarray([...items], { minLength: 1 });

const fleets = fc.record({
  endpoints: fc.tuple(
    ...NAMES.map(() =>
      fc.record({
        models: someOf(MODELS),
        state: fc.constantFrom('well', 'dead', 'limited'),
        priority: fc.constantFrom(0, 1),
      }),
    ),
  ),
  fallbacks: fc.shuffledSubarray(['b', 'c']),
  fallbackAfterMs: fc.constantFrom(0, 500, 5_000),
  only: fc.option(someOf(NAMES), { nil: undefined }),
  not: fc.option(fc.subarray([...NAMES]), { nil: undefined }),
  order: fc.option(fc.shuffledSubarray([...NAMES]), { nil: undefined }),
  urgency: fc.constantFrom(undefined, 'interactive', 'background'),
});

it('a call goes nowhere that it may not go to, and is served when an endpoint could serve it in time', async () => {
  await fc.assert(
    fc.asyncProperty(fleets, async ({ endpoints: plans, fallbacks, fallbackAfterMs, ...say }) => {
      const chain = ['m', ...fallbacks.filter((id) => plans.some(({ models }) => models.includes(id as 'b')))];
      fc.pre(plans.some(({ models }) => models.includes('m')));
      const { ask, endpoints } = buildRing(
        plans.map(({ models, state, priority }) => ({
          models,
          priority,
          does: state === 'dead' ? fails(apiError(503)) : answers(),
        })),
        { fallbacks: { m: chain.slice(1) }, fallbackAfterMs },
      );
      for (const [index, { state }] of plans.entries())
        if (state === 'limited') endpoints[index]?.behaveOnce(fails(rateLimit(2)));

      const call = ask({ providerOptions: { balanced: say } });
      await pass(30_000);

      const mayGo = (index: number): boolean =>
        say.only?.includes(NAMES[index] as 'e0') !== false && say.not?.includes(NAMES[index] as 'e0') !== true;
      const inChain = (index: number) => plans[index]?.models.some((id) => chain.includes(id)) === true;
      const allowed = NAMES.map((_, index) => index).filter((index) => mayGo(index) && inChain(index));
      for (const [index, endpoint] of endpoints.entries()) {
        if (!allowed.includes(index)) expect(endpoint.attempts).toEqual([]);
        for (const { modelId } of endpoint.attempts) {
          expect(chain).toContain(modelId);
          expect(plans[index]?.models).toContain(modelId);
        }
      }
      if (allowed.length === 0) expect(InvalidSettingsError.isInstance(call.error)).toBe(true);
      else expect(call.state).toBe(allowed.some((index) => plans[index]?.state !== 'dead') ? 'fulfilled' : 'rejected');
    }),
    { numRuns: 300 },
  );
}, 60_000);
