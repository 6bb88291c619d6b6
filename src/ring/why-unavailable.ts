import type { CircuitBreaker } from '../gates/circuit-breaker.ts';
import type { UnavailableRecord } from '../failure/failure.ts';
import type { Deployment } from '../deployment/deployment.ts';

type Why = Omit<UnavailableRecord, 'endpoint' | 'deployment'>;

/** Why a call of so many tokens cannot go to a deployment now; `undefined` when it can. */
export function whyUnavailable(deployment: Deployment, now: number, tokens: number): UnavailableRecord | undefined {
  const why = deployment.endpoint.isSkipped
    ? ({ reason: 'skipped' } as const)
    : (cooling(deployment.endpointBreaker, now) ??
      cooling(deployment.breaker, now) ??
      limited(deployment, now) ??
      full(deployment, now, tokens));
  return why && Object.freeze({ endpoint: deployment.endpoint.name, deployment: deployment.name, ...why });
}

function cooling({ cooldown: { state }, cause }: CircuitBreaker, now: number): Why | undefined {
  const blame = { class: cause?.class, statusCode: cause?.statusCode, code: cause?.code };
  if (state.state === 'half-open') return { reason: 'probe', ...blame };
  return state.state === 'open' && state.until > now
    ? { reason: 'cooldown', availableInMs: Math.ceil(state.until - now), ...blame }
    : undefined;
}

function limited({ rateLimit: { cooldown } }: Deployment, now: number): Why | undefined {
  const { state } = cooldown;
  if (state.state === 'half-open') return { reason: 'probe', class: 'rate-limited' };
  return state.state === 'open' && state.until > now
    ? { reason: 'rate-limit', availableInMs: Math.ceil(state.until - now) }
    : undefined;
}

function full(deployment: Deployment, now: number, tokens: number): Why | undefined {
  const availableAt = deployment.hasRoomAt(now, tokens);
  if (availableAt <= now) return undefined;
  return availableAt === Infinity
    ? { reason: 'maxConcurrency' }
    : { reason: 'limits', availableInMs: Math.ceil(availableAt - now) };
}
