import { describe, expect, it } from 'vitest';

import { systemClock } from '../../../src/clock.ts';
import type { FailureClass } from '../../../src/failure/failure.ts';
import { CircuitBreaker } from '../../../src/gates/circuit-breaker.ts';
import type { Gate } from '../../../src/gates/gate.ts';
import { READINGS, type Reading } from '../../../src/gates/outcome.ts';
import { RateLimit } from '../../../src/gates/rate-limit.ts';
import { Revision } from '../../../src/gates/revision.ts';

type Scope = 'deployment' | 'endpoint' | undefined;

/** What each class of failure says to an endpoint's breaker, a deployment's breaker and a rate limit. */
const TABLE: readonly (readonly [FailureClass, Scope, Reading, Reading, Reading])[] = [
  ['retryable', undefined, 'works', 'failed', 'nothing'],
  ['retryable', 'deployment', 'works', 'failed', 'nothing'],
  ['retryable', 'endpoint', 'failed', 'nothing', 'nothing'],
  ['rate-limited', undefined, 'works', 'nothing', 'failed'],
  ['rate-limited', 'deployment', 'works', 'nothing', 'failed'],
  ['rate-limited', 'endpoint', 'works', 'nothing', 'failed'],
  ['quota-exhausted', undefined, 'works', 'failed', 'nothing'],
  ['quota-exhausted', 'deployment', 'works', 'failed', 'nothing'],
  ['quota-exhausted', 'endpoint', 'failed', 'nothing', 'nothing'],
  ['misconfigured', undefined, 'works', 'failed', 'nothing'],
  ['misconfigured', 'deployment', 'works', 'failed', 'nothing'],
  ['misconfigured', 'endpoint', 'failed', 'nothing', 'nothing'],
  ['rejected', undefined, 'works', 'works', 'works'],
  ['rejected', 'deployment', 'works', 'works', 'works'],
  ['rejected', 'endpoint', 'works', 'works', 'works'],
  ['aborted', undefined, 'nothing', 'nothing', 'nothing'],
  ['aborted', 'deployment', 'nothing', 'nothing', 'nothing'],
  ['aborted', 'endpoint', 'nothing', 'nothing', 'nothing'],
];

const CLOSING = {
  endpoint: { class: 'misconfigured', scope: 'endpoint' },
  deployment: { class: 'misconfigured', scope: 'deployment' },
  rateLimit: { class: 'rate-limited', retryAfterMs: 1_000 },
} as const;

type GateName = keyof typeof READINGS;

/** A gate that a failure has closed for a second, at the moment at which its probe may start. */
function dueForProbe(name: GateName): { readonly gate: Gate; readonly now: number } {
  let now = 0;
  const common = { clock: { ...systemClock, now: () => now }, revision: new Revision() };
  const gate: Gate =
    name === 'rateLimit'
      ? new RateLimit({ ...common, maxRateLimitMs: 60_000, isPaced: () => false, onTrip: () => undefined })
      : new CircuitBreaker({
          ...common,
          scope: name,
          settings: {
            failureThreshold: 3,
            cooldown: { initialMs: 1_000, factor: 1, maxMs: 1_000, jitter: false },
            misconfiguredCooldownMs: 1_000,
          },
          onTrip: () => undefined,
        });
  gate.enter(now, 1)?.settle({ type: 'failure', failure: CLOSING[name] }, now);
  now = 1_000;
  return { gate, now };
}

describe.each(TABLE)('a failure that is %s, of scope %s,', (failureClass, scope, endpoint, deployment, rateLimit) => {
  const failure = { class: failureClass, scope, retryAfterMs: 2_000 };
  const readings = { endpoint, deployment, rateLimit };

  it('says to each gate what its row of the table says', () => {
    const read = (name: GateName) => READINGS[name](failure);

    expect({ endpoint: read('endpoint'), deployment: read('deployment'), rateLimit: read('rateLimit') }).toEqual(
      readings,
    );
  });

  it.each(['endpoint', 'deployment', 'rateLimit'] as const)('ends the probe of a gate accordingly: %s', (name) => {
    const { gate, now } = dueForProbe(name);

    gate.enter(now, 1)?.settle({ type: 'failure', failure }, now);

    const isOrdinary = (): boolean => {
      gate.enter(now, 1);
      return gate.opens(now, 1) === 'now';
    };
    const opens = gate.opens(now, 1);
    if (readings[name] === 'failed') expect(opens).toBeGreaterThan(now);
    // As before the probe: the next attempt is the probe, and all others wait for its end.
    else expect([opens, isOrdinary()]).toEqual(['now', readings[name] === 'works']);
  });
});
