import type { Deployment } from '../deployment/deployment.ts';
import type { Failure, FailureClass } from '../failure/failure.ts';
import type { Budget } from '../gates/budget.ts';
import type { Concurrency } from '../gates/concurrency.ts';
import type { CooldownGate } from '../gates/cooldown-gate.ts';
import { type Outcome, READINGS } from '../gates/outcome.ts';
import { hash } from '../hash.ts';
import { MINUTE_MS } from '../limits/allowance.ts';
import type { StatedLimits, Unit } from '../limits/stated-limits.ts';
import { earlyProbeMs } from '../ring/early-probes.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';
import type { Claim, GateRecord, Move } from '../shared-state.ts';

/** A gate that processes share, by the name that it has among those of its endpoint. */
export type SharedGate =
  | { readonly kind: 'pass'; readonly id: string; readonly gate: CooldownGate }
  | { readonly kind: 'slot'; readonly id: string; readonly gate: Concurrency; readonly limit: number }
  | { readonly kind: 'budget'; readonly id: string; readonly gate: Budget };

/** What is kept together in the state: what is an endpoint's, or of all endpoints that have one quota. */
export interface Place {
  readonly id: string;
  readonly gates: readonly SharedGate[];
}

/** What an attempt was granted. */
export interface Grant {
  readonly place: Place;
  readonly attemptId: string;
  readonly startedAt: number;
  readonly tokens: number;
  /** What each gate answered. */
  readonly records: ReadonlyMap<string, GateRecord>;
  stated?: StatedLimits | undefined;
}

/** The gates of a deployment that are shared. Their names tell nothing. */
export function sharedPlaceOf({ endpoint, name, kind, gates }: Deployment): Place {
  const { quotaGroup } = endpoint;
  // Of its name and its origin, and not of its key, which may rotate.
  const ofEndpoint = hash(`${endpoint.name}\n${endpoint.origin ?? ''}`);
  const member = quotaGroup === undefined ? '' : ofEndpoint;
  const own = member + hash(`${kind}\n${name}`);
  const quota = hash(gates.quotaKey);
  const limit = gates.concurrency.max;
  return {
    id: quotaGroup === undefined ? ofEndpoint : hash(`quotaGroup\n${quotaGroup}`),
    gates: [
      { kind: 'pass', id: `${member}e`, gate: gates.endpointBreaker },
      { kind: 'pass', id: `${own}b`, gate: gates.breaker },
      { kind: 'pass', id: `${quota}l`, gate: gates.rateLimit },
      ...(limit === undefined ? [] : [{ kind: 'slot' as const, id: `${own}s`, gate: gates.concurrency, limit }]),
      ...gates.budgets.map((gate) => {
        const id = `${gate.isLearned ? quota : 'e'}${gate.unit === 'requests' ? 'r' : 't'}`;
        return { kind: 'budget' as const, id, gate };
      }),
    ],
  };
}

/** What an attempt of so many tokens asks of a gate. */
export function claimOn(shared: SharedGate, tokens: number, settings: ResolvedSettings): Claim {
  const { id: gate } = shared;
  switch (shared.kind) {
    case 'pass': {
      const { state, needsProbe, allowsEarlyProbe } = shared.gate;
      // The lease has its passes already: a gate that stood open is being probed now.
      const isProbe = state === 'half-open';
      return {
        kind: 'pass',
        gate,
        isProbe,
        needsProbe,
        earlyMs: allowsEarlyProbe ? earlyProbeMs(settings) : undefined,
      };
    }
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
  if (shared.kind === 'pass') shared.gate.merge(record, failureOf(record.cause, shared.gate));
  else if (shared.kind === 'budget' && record.perMinute !== undefined) {
    const limit = { perMinute: record.perMinute, remaining: undefined, resetMs: undefined };
    shared.gate.learn(now, undefined, { requests: limit, tokens: limit }, now);
  }
}

/** What a gate is to be told of the end of an attempt, or of its first content; `undefined` for nothing. */
export function moveOf(shared: SharedGate, grant: Grant, outcome: Outcome, now: number): Move | undefined {
  switch (shared.kind) {
    case 'pass':
      return passMove(shared, grant, outcome, now);
    case 'slot':
      return { kind: 'slot', gate: shared.id, isRenewed: false };
    case 'budget':
      return budgetMove(shared, grant, outcome);
  }
}

function passMove(
  { id, gate }: Extract<SharedGate, { kind: 'pass' }>,
  { records, startedAt }: Grant,
  outcome: Outcome,
  now: number,
): Move | undefined {
  const isProbe = records.get(id)?.isProbe === true;
  const move = { kind: 'pass', gate: id, ageMs: now - startedAt } as const;
  const failure = outcome.type === 'failure' ? outcome.failure : undefined;
  const ofSuccess = outcome.type === 'success' ? 'works' : 'nothing';
  const reading = failure === undefined ? ofSuccess : READINGS[gate.scope](failure);
  if (reading === 'failed' && failure !== undefined) {
    const { class: failureClass, statusCode, code } = failure;
    const cause = JSON.stringify({ class: failureClass, statusCode, code });
    return { ...move, ended: 'failed', rule: gate.ruleFor(failure), cause };
  }
  if (reading === 'works') return isProbe || gate.scope !== 'rateLimit' ? { ...move, ended: 'worked' } : undefined;
  return isProbe ? { ...move, ended: 'nothing' } : undefined;
}

function budgetMove(
  { id: gate, gate: { unit, isLearned, allowance } }: Extract<SharedGate, { kind: 'budget' }>,
  { records, tokens, stated }: Grant,
  outcome: Outcome,
): Move | undefined {
  const { perMinute: spentOf, spentAt, left } = records.get(gate) ?? {};
  const { perMinute, remaining } = (isLearned ? stated?.[unit] : undefined) ?? {};
  const windowMs = allowance?.windowMs;
  const amount = unit === 'requests' ? 1 : tokens;
  const back = spentOf === undefined ? 0 : notUsed(unit, amount, outcome, spentAt !== undefined);
  if (back === 0 && perMinute === undefined) return undefined;
  // Of windows shorter than a minute, what is left of the minute says nothing.
  const isOfMinute = windowMs === undefined || windowMs >= MINUTE_MS;
  return {
    kind: 'budget',
    gate,
    back,
    spentAt,
    left,
    remaining: isOfMinute ? remaining : undefined,
    perMinute,
    windowMs,
  };
}

/** How much is given back of what was claimed. */
function notUsed(unit: Unit, amount: number, outcome: Outcome, isWindow: boolean): number {
  if (outcome.type === 'unsent') return amount;
  if (unit === 'requests' || outcome.type !== 'success') return 0;
  const rest = amount - (outcome.tokens ?? amount);
  // What was expected to be used is charged by services with windows, and nothing is given back.
  return isWindow ? Math.min(0, rest) : rest;
}

const CLASSES: readonly FailureClass[] = ['retryable', 'rate-limited', 'quota-exhausted', 'misconfigured'];

/** What has been written there by a stranger must not get into errors. */
function failureOf(cause: string | undefined, { scope }: CooldownGate): Failure {
  const unknown = scope === 'rateLimit' ? 'rate-limited' : 'retryable';
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
