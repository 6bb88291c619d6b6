import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { systemClock } from '../../../src/clock.ts';
import { Deployment } from '../../../src/deployment/deployment.ts';
import { type Quota, quotasOf } from '../../../src/deployment/quota.ts';
import { EndpointGates } from '../../../src/deployment/endpoint-gates.ts';
import { Lease } from '../../../src/deployment/lease.ts';
import { Endpoints } from '../../../src/endpoint/create-endpoints.ts';
import { EventEmitter } from '../../../src/event-emitter.ts';
import type { Failure } from '../../../src/failure/failure.ts';
import { Revision } from '../../../src/gates/revision.ts';
import { Availability } from '../../../src/ring/availability.ts';
import { resolveSettings } from '../../../src/settings/resolve-settings.ts';

/** Four deployments at two endpoints, with limits of every kind, and what is remembered of their availability. */
function fleet() {
  let now = 1_000;
  const clock = { ...systemClock, now: () => now };
  const revision = new Revision();
  const settings = resolveSettings({
    endpoints: [
      {
        type: 'openai',
        apiKey: 'k',
        rpm: 20,
        deployments: { m: { name: 'm', maxConcurrency: 2 }, n: { name: 'n', tpm: 3_000 } },
      },
      { type: 'azure', resourceName: 'r', apiKey: 'k', deployments: { m: { name: 'm', rpm: 60 }, n: 'n' } },
    ],
    failureThreshold: 2,
  });
  const context = { settings, clock, events: new EventEmitter(), revision };
  const members = new Endpoints(settings, context.events).all.map((endpoint) => ({
    endpoint,
    gates: new EndpointGates(endpoint, quotasOf([endpoint], context).get(endpoint) as Quota, context),
  }));
  const deployments = members.flatMap(({ endpoint, gates }) =>
    ['m', 'n'].map(
      (name) =>
        new Deployment({
          endpoint,
          name,
          kind: 'language',
          gates: gates.of(name, name, 'language'),
          target: () => undefined as never,
          timeout: {},
        }),
    ),
  );
  return {
    members,
    deployments,
    availability: new Availability(deployments, revision),
    leases: [] as Lease[],
    now: () => now,
    pass: (ms: number) => void (now += ms),
  };
}

type World = ReturnType<typeof fleet>;
type Step = (world: World) => void;

const index = fc.nat(50);
const failures = fc.record({
  class: fc.constantFrom<Failure['class'][]>('retryable', 'rate-limited', 'misconfigured', 'rejected', 'aborted'),
  scope: fc.constantFrom(undefined, 'endpoint' as const),
  retryAfterMs: fc.constantFrom(undefined, 700, 20_000),
});
const figures = fc.constantFrom('0', '1', '10', '500', '4294967295');
const withLease = (at: number, act: (lease: Lease, now: number) => void): Step => {
  return ({ leases, now }) => {
    const lease = leases[at % Math.max(1, leases.length)];
    if (lease !== undefined) act(lease, now());
  };
};
const steps = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(index, fc.constantFrom(1, 900)).map(([at, tokens]): Step => ({ deployments, leases, now }) => {
      const deployment = deployments[at % deployments.length];
      if (deployment?.isOpen(now(), tokens) === true) leases.push(new Lease(deployment, now(), tokens));
    }),
  },
  fc
    .tuple(index, failures)
    .map(([at, failure]) => withLease(at, (lease, now) => lease.settle({ type: 'failure', failure }, now))),
  fc
    .tuple(index, fc.nat(2_000))
    .map(([at, tokens]) => withLease(at, (lease, now) => lease.settle({ type: 'success', tokens }, now))),
  index.map((at) => withLease(at, (lease) => lease.content())),
  index.map((at) => withLease(at, (lease) => lease.hang())),
  fc.tuple(index, figures, figures).map(([at, limit, remaining]) =>
    withLease(at, (lease, now) =>
      lease.learnLimits(
        {
          'x-ratelimit-limit-requests': limit,
          'x-ratelimit-remaining-requests': remaining,
          'x-ratelimit-reset-requests': '3',
          'x-ratelimit-limit-tokens': limit,
          'x-ratelimit-remaining-tokens': remaining,
        },
        now,
      ),
    ),
  ),
  fc.constantFrom(1, 300, 5_000, 40_000).map(
    (ms): Step =>
      ({ pass }) =>
        pass(ms),
  ),
  fc.tuple(index, fc.boolean()).map(([at, isClosing]): Step => ({ members }) => {
    const drain = members[at % members.length]?.gates.drain;
    if (isClosing) void drain?.close(0);
    else drain?.open();
  }),
  index.map(
    (at): Step =>
      ({ deployments, now }) =>
        deployments[at % deployments.length]?.reset(now()),
  ),
);

it('what a ring remembers of the availability of its deployments is what their gates say, at each moment', () => {
  fc.assert(
    fc.property(fc.array(steps, { minLength: 5, maxLength: 150 }), (along) => {
      const world = fleet();
      for (const step of along) {
        step(world);
        const now = world.now();
        expect(world.availability.all(now)).toEqual(world.deployments.filter((deployment) => deployment.isOpen(now)));
      }
    }),
  );
});
