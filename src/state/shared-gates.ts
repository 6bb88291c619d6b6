import type { Deployment } from '../deployment/deployment.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Failure, FailureClass } from '../failure/failure.ts';
import type { Budget } from '../gates/budget.ts';
import type { CircuitBreaker } from '../gates/circuit-breaker.ts';
import type { Concurrency } from '../gates/concurrency.ts';
import { msUntil } from '../gates/opening.ts';
import { type Outcome, READINGS } from '../gates/outcome.ts';
import type { RateLimit } from '../gates/rate-limit.ts';
import { hash } from '../hash.ts';
import type { StatedLimits } from '../limits/stated-limits.ts';
import { earlyProbeMs } from '../ring/early-probes.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';
import type { Claim, CooldownRule, GateRecord, Move } from '../shared-state.ts';

/** A gate that processes share, by the name that it has among those of its endpoint. */
export type SharedGate =
  | { readonly kind: 'breaker'; readonly id: string; readonly gate: CircuitBreaker }
  | { readonly kind: 'rate-limit'; readonly id: string; readonly gate: RateLimit }
  | { readonly kind: 'slot'; readonly id: string; readonly gate: Concurrency; readonly limit: number }
  | { readonly kind: 'budget'; readonly id: string; readonly gate: Budget };

/** What an attempt was granted. */
export interface Grant {
  readonly attemptId: string;
  readonly startedAt: number;
  readonly tokens: number;
  /** What each gate answered. */
  readonly records: ReadonlyMap<string, GateRecord>;
  stated?: StatedLimits | undefined;
}

/** An endpoint's own name in a state: of its name and its origin, and not of its key, which may rotate. */
const nameOf = ({ name, origin }: Endpoint): string => hash(`${name}\n${origin ?? ''}`);

/** Names what is kept together: what is an endpoint's, or of all endpoints that have one quota. */
export const placeOf = ({ endpoint }: Deployment): string =>
  endpoint.quotaGroup === undefined ? nameOf(endpoint) : hash(`quotaGroup\n${endpoint.quotaGroup}`);

/** The gates of a deployment that are shared. Their names tell nothing. */
export function sharedGatesOf({ endpoint, name, kind, gates }: Deployment): readonly SharedGate[] {
  const member = endpoint.quotaGroup === undefined ? '' : nameOf(endpoint);
  const own = member + hash(`${kind}\n${name}`);
  const { endpointBreaker, breaker, rateLimit, concurrency, budgets } = gates;
  const quota = hash(gates.quotaKey);
  const limit = concurrency.max;
  return [
    { kind: 'breaker', id: `${member}e`, gate: endpointBreaker },
    { kind: 'breaker', id: `${own}b`, gate: breaker },
    { kind: 'rate-limit', id: `${quota}l`, gate: rateLimit },
    ...(limit === undefined ? [] : [{ kind: 'slot' as const, id: `${own}s`, gate: concurrency, limit }]),
    ...budgets.map((gate) => {
      const id = `${gate.isLearned ? quota : 'e'}${gate.unit === 'requests' ? 'r' : 't'}`;
      return { kind: 'budget' as const, id, gate };
    }),
  ];
}

/** What an attempt of so many tokens asks of a gate. */
export function claimOn(shared: SharedGate, tokens: number, settings: ResolvedSettings): Claim {
  const { id: gate } = shared;
  switch (shared.kind) {
    case 'breaker':
      // The lease has its passes already: a gate that stood open is being probed now.
      return {
        kind: 'pass',
        gate,
        isProbe: shared.gate.state === 'half-open',
        needsProbe: true,
        earlyMs: earlyProbeMs(settings),
      };
    case 'rate-limit':
      return { kind: 'pass', gate, isProbe: false, needsProbe: !shared.gate.isPaced, earlyMs: undefined };
    case 'slot':
      return { kind: 'slot', gate, limit: shared.limit };
    case 'budget': {
      const { unit, configured: perMinute, allowance } = shared.gate;
      const amount = unit === 'requests' ? 1 : tokens;
      return { kind: 'budget', gate, amount, perMinute, windowMs: allowance?.windowMs };
    }
  }
}

/** Tells a gate how it stands in the state. */
export function merge(shared: SharedGate, record: GateRecord, now: number): void {
  const { era = 0, opensInMs = 0, isProbe = false, cause, perMinute } = record;
  if (shared.kind === 'breaker' || shared.kind === 'rate-limit') {
    shared.gate.merge({ era, opensInMs, isProbe }, failureOf(cause, shared.kind));
  } else if (shared.kind === 'budget' && perMinute !== undefined) {
    const limit = { perMinute, remaining: undefined, reset: undefined, resetMs: undefined };
    shared.gate.learn(now, undefined, { requests: limit, tokens: limit }, now);
  }
}

/** What a gate is to be told of the end of an attempt, or of its first content; `undefined` for nothing. */
export function moveOf(
  shared: SharedGate,
  grant: Grant,
  outcome: Outcome,
  settings: ResolvedSettings,
  now: number,
): Move | undefined {
  const { id: gate } = shared;
  if (shared.kind === 'slot') return { kind: 'slot', gate, isRenewed: false };
  if (shared.kind === 'budget') return budgetMove(shared, grant, outcome);
  const isProbe = grant.records.get(gate)?.isProbe === true;
  const failure = outcome.type === 'failure' ? outcome.failure : undefined;
  const reading =
    failure === undefined ? (outcome.type === 'success' ? 'works' : 'nothing') : READINGS[shared.gate.scope](failure);
  const move = { kind: 'pass', gate, ageMs: now - grant.startedAt } as const;
  if (reading === 'failed' && failure !== undefined) {
    const { class: failureClass, statusCode, code } = failure;
    const cause = JSON.stringify({ class: failureClass, statusCode, code });
    return { ...move, ended: 'failed', rule: ruleOf(shared, failure, settings, now), cause };
  }
  if (reading === 'works') return isProbe || shared.kind === 'breaker' ? { ...move, ended: 'worked' } : undefined;
  return isProbe ? { ...move, ended: 'nothing' } : undefined;
}

function budgetMove(
  { id: gate, gate: budget }: Extract<SharedGate, { kind: 'budget' }>,
  { records, tokens, stated }: Grant,
  outcome: Outcome,
): Move | undefined {
  const { unit, isLearned, allowance } = budget;
  const windowMs = allowance?.windowMs;
  const record = records.get(gate);
  const limit = isLearned ? stated?.[unit] : undefined;
  const amount = unit === 'requests' ? 1 : tokens;
  const used = outcome.type === 'success' && unit === 'tokens' ? (outcome.tokens ?? amount) : amount;
  const isUnsent = outcome.type === 'unsent';
  const isWindow = record?.spentAt !== undefined;
  const spent = record?.perMinute === undefined ? 0 : amount;
  // What was expected to be used is charged by services with windows, and nothing is given back.
  const back = isUnsent ? spent : spent === 0 ? 0 : isWindow ? Math.min(0, amount - used) : amount - used;
  if (back === 0 && limit?.perMinute === undefined) return undefined;
  return {
    kind: 'budget',
    gate,
    back,
    spentAt: record?.spentAt,
    left: record?.left,
    // Of windows shorter than a minute, what is left of the minute says nothing.
    remaining: windowMs === undefined || windowMs >= 60_000 ? limit?.remaining : undefined,
    perMinute: limit?.perMinute,
    windowMs,
  };
}

/** How a failure closes a gate for all processes: as it does in one, and where that is decided already, for so long. */
function ruleOf(
  shared: Extract<SharedGate, { kind: 'breaker' | 'rate-limit' }>,
  failure: Failure,
  { failureThreshold, cooldown, misconfiguredCooldownMs }: ResolvedSettings,
  now: number,
): CooldownRule {
  if (shared.kind === 'rate-limit') {
    const lastsMs = msUntil(shared.gate.opens(now), now) ?? 1;
    return { threshold: 1, initialMs: lastsMs, factor: 1, maxMs: lastsMs, isCertain: true };
  }
  const { initialMs, factor, maxMs } = cooldown;
  const row = { threshold: failureThreshold, initialMs, factor, maxMs, isCertain: false };
  if (failure.class === 'retryable') return row;
  if (failure.class === 'misconfigured' && shared.gate.hasServed)
    return { ...row, threshold: 1, maxMs: misconfiguredCooldownMs };
  return {
    threshold: 1,
    initialMs: misconfiguredCooldownMs,
    factor: 1,
    maxMs: misconfiguredCooldownMs,
    isCertain: true,
  };
}

const CLASSES: readonly FailureClass[] = ['retryable', 'rate-limited', 'quota-exhausted', 'misconfigured'];

/** What has been written there by a stranger must not get into errors. */
function failureOf(cause: string | undefined, kind: 'breaker' | 'rate-limit'): Failure {
  const unknown = kind === 'breaker' ? 'retryable' : 'rate-limited';
  try {
    const { class: given, statusCode, code } = JSON.parse(cause ?? '{}') as Partial<Record<keyof Failure, unknown>>;
    return {
      class: CLASSES.find((each) => each === given) ?? unknown,
      statusCode: typeof statusCode === 'number' ? statusCode : undefined,
      code: typeof code === 'string' && /^[\w.-]{1,64}$/.test(code) ? code : undefined,
    };
  } catch {
    return { class: unknown };
  }
}
