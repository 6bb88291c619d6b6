import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { systemClock } from '../../../src/clock.ts';
import { CircuitBreaker } from '../../../src/gates/circuit-breaker.ts';
import { Revision } from '../../../src/gates/revision.ts';

it('a breaker stays closed at any share of failures up to a third that are spread evenly among slow answers', () => {
  const everyNth = fc.integer({ min: 3, max: 100 });
  const underWay = fc.integer({ min: 20, max: 200 });
  fc.assert(
    fc.property(everyNth, underWay, fc.integer({ min: 2, max: 10 }), (nth, answerMs, failureThreshold) => {
      let now = 0;
      const breaker = new CircuitBreaker({
        scope: 'deployment',
        settings: {
          failureThreshold,
          cooldown: { initialMs: 5_000, factor: 1, maxMs: 5_000, jitter: false },
          misconfiguredCooldownMs: 0,
        },
        clock: { ...systemClock, now: () => now },
        revision: new Revision(),
        onTrip: () => undefined,
      });
      const begun: number[] = [];
      // An attempt each millisecond.
      for (now = 1; now <= 1_000; now++) {
        while (begun[0] !== undefined && begun[0] + answerMs <= now) breaker.succeed(false, begun.shift() ?? 0);
        if (now > 2 * answerMs && now % nth === 0) breaker.fail(false, now, { class: 'retryable' });
        else begun.push(now);
      }
      expect(breaker.state).toBe('closed');
    }),
  );
});
