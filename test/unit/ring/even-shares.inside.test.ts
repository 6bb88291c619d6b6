import { describe, expect, it } from 'vitest';

import type { Deployment } from '../../../src/deployment/deployment.ts';
import type { EndpointSettings } from '../../../src/index.ts';
import { simulatedRing } from './simulated-ring.ts';
import { bucket, exponential, logNormal, type Service, silent, windows } from './simulated-services.ts';

const LIMIT = 120;
const CALLS = 1_000;

interface Plan {
  readonly service: Service;
  readonly kind: 'openai' | 'azure';
  readonly rpm?: number | undefined;
  readonly weight?: number;
}

/** Sends a thousand calls to services that may say no, and counts in percent which of them served. */
function shares(plans: readonly Plan[], perMinute: number): readonly number[] {
  const { ring, random, after, now, run, lease } = simulatedRing(
    plans.map(({ kind, rpm, weight }, index): EndpointSettings => {
      const name = `e${index}`;
      const limits = { m: { name: 'm', rpm } };
      return kind === 'openai'
        ? { type: 'openai', name, apiKey: 'k', weight, deployments: limits }
        : { type: 'azure', name, resourceName: name, apiKey: 'k', weight, deployments: limits };
    }),
    1,
  );
  const served = plans.map(() => 0);
  const ask = (excluded: ReadonlySet<Deployment>): void => {
    const deployment = ring.pick(now(), { tokens: 1, excluded });
    if (deployment === undefined) return after(50, () => ask(new Set()));
    const index = ring.deployments.indexOf(deployment);
    const { service } = plans[index] as Plan;
    const attempt = lease(deployment);
    after(20, () => {
      const judged = service.judge(now());
      const headers = service.headers(now());
      if (judged === 'admitted') {
        served[index] = (served[index] ?? 0) + 1;
        return after(logNormal(random, 1_000, 0.5), () => {
          attempt.learnLimits(headers, now());
          attempt.settle({ type: 'success' }, now());
        });
      }
      attempt.learnLimits(headers, now());
      attempt.settle({ type: 'failure', failure: { class: 'rate-limited', retryAfterMs: judged } }, now());
      return ask(new Set([...excluded, deployment]));
    });
  };
  const arrive = (left: number): void => {
    if (left === 0) return;
    ask(new Set());
    after(exponential(random, 60_000 / perMinute), () => arrive(left - 1));
  };
  arrive(CALLS);
  run();
  return served.map((count) => (100 * count) / CALLS);
}

const rows = ['configured', 'learned'].flatMap((known) =>
  [true, false].flatMap((isStated) =>
    [1, 15, 60].flatMap((bucketS) => [1, 10, 60].map((windowS) => ({ known, isStated, bucketS, windowS }))),
  ),
);

describe('four deployments of the same limit have shares within 2 points of their weights', () => {
  it.each(rows)(
    'at 70 % of the sum of their limits: $known, stated $isStated, buckets of $bucketS s, windows of $windowS s',
    ({ known, isStated, bucketS, windowS }) => {
      const heard = (service: Service): Service => (isStated ? service : silent(service));
      const rpm = known === 'configured' ? LIMIT : undefined;
      const plans = [0, 1].flatMap((): readonly Plan[] => [
        { service: heard(bucket(LIMIT, bucketS)), kind: 'openai', rpm },
        { service: heard(windows(LIMIT, windowS)), kind: 'azure', rpm },
      ]);

      const served = shares(plans, 0.7 * 4 * LIMIT);

      for (const share of served) expect(Math.abs(share - 25)).toBeLessThanOrEqual(2);
    },
  );
});
