import { expect, it } from 'vitest';

import { systemClock } from '../../../src/clock.ts';
import type { Failure } from '../../../src/failure/failure.ts';
import { RateLimit } from '../../../src/gates/rate-limit.ts';
import { Revision } from '../../../src/gates/revision.ts';

const rejection: Failure = { class: 'rate-limited', retryAfterMs: 1_000 };

/** A rate limit that has learned how much is taken, and goes on at that pace. */
function paced() {
  const world = { now: 0 };
  const limit = new RateLimit({
    clock: { ...systemClock, now: () => world.now },
    revision: new Revision(),
    maxRateLimitMs: 60_000,
    isPaced: () => false,
    onTrip: () => undefined,
  });
  const under = Array.from({ length: 5 }, () => limit.enter(world.now));
  under[4]?.settle({ type: 'failure', failure: rejection }, world.now);
  world.now = 1_000;
  return { world, limit, attempt: limit.enter(world.now) };
}

it('a rate limit keeps the pace that it has learned when another process sees it recover', () => {
  const { limit } = paced();
  expect(limit.needsProbe).toBe(false);

  limit.merge({ gate: 'l', era: 1 }, rejection);

  expect(limit.needsProbe).toBe(false);
});

it('a rate limit closes for a rejection of what began before another process saw it recover', () => {
  const { world, limit, attempt } = paced();
  limit.merge({ gate: 'l', era: 1 }, rejection);

  attempt.settle({ type: 'failure', failure: rejection }, world.now);

  expect(limit.opens(world.now)).toBe(2_000);
});
