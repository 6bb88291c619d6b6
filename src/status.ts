import type { Urgency } from './queue/pick-request.ts';
import type { Clock } from './clock.ts';
import { deepFreeze } from './deep-freeze.ts';
import type { Deployment } from './deployment/deployment.ts';
import { withoutUndefined } from './endpoint/provider-settings.ts';
import type { FailureClass, UnavailableReason } from './failure/failure.ts';
import type { Budget } from './gates/budget.ts';
import type { CircuitBreaker } from './gates/circuit-breaker.ts';
import { closureOf, type Gate } from './gates/gate.ts';
import { msUntil } from './gates/opening.ts';
import type { Fleet, FleetMember } from './ring/fleet.ts';
import type { ModelKind } from './sdk.ts';

/** One reason for which nothing is sent there now. */
export interface ClosedGate {
  readonly reason: UnavailableReason;
  /** Since when, in epoch milliseconds. */
  readonly since: number;
  /** Until when, in epoch milliseconds; absent where that is not known. */
  readonly until?: number;
  /** The failure that closed it, where it was one. */
  readonly class?: FailureClass;
  /** Its HTTP status. */
  readonly statusCode?: number;
  /** Its code. */
  readonly code?: string;
}

/** How much of a limit is used. */
export interface BudgetStatus {
  /** What has not come in again of what was spent; all of it when nothing more can be spent now. May exceed the limit. */
  readonly used: number;
  /** Per minute: as configured, or as the service states it. */
  readonly limit: number;
}

/** Limits that are configured or known. */
export interface LimitStatus {
  /** Requests; absent where no limit is known. */
  readonly requests?: BudgetStatus;
  /** Tokens; absent where no limit is known. */
  readonly tokens?: BudgetStatus;
}

/** Whether something gets traffic: `closed` yes, `open` not before its cooldown ends, `half-open` while a probe decides. */
export interface HealthStatus {
  readonly state: 'closed' | 'open' | 'half-open';
  /** Failures in a row. */
  readonly failures: number;
  /** Milliseconds until a probe may be sent; 0 unless `open`. */
  readonly cooldownMs: number;
  /** Its own gates that are closed; an endpoint's are closed for all its deployments. */
  readonly closedGates: readonly ClosedGate[];
}

/** One model at one endpoint, as it is now. */
export interface DeploymentStatus extends HealthStatus, LimitStatus {
  /** Name that the service knows it by. */
  readonly deployment: string;
  /** `language`, `embedding`, `image`, … */
  readonly kind: string;
  /** Attempts under way. */
  readonly inFlight: number;
  /** Milliseconds until it takes calls again after a rate limit; 0 when it does. */
  readonly rateLimitedMs: number;
}

/** One endpoint, as it is now. Its own health is that of its credentials and its network. */
export interface EndpointStatus extends HealthStatus, LimitStatus {
  readonly name: string;
  readonly weight: number;
  readonly priority: number;
  /** Left out because its credentials are missing (`onMissingCredentials: 'skip'`). */
  readonly isSkipped: boolean;
  /** Closed by hand, with `drain()`. */
  readonly isDrained: boolean;
  /** Deployments that have been asked for so far. */
  readonly deployments: readonly DeploymentStatus[];
}

/** The deployments that serve one model id, as they are now. */
export interface RingStatus {
  readonly modelId: string;
  /** `chat`, `responses`, `embedding`, … */
  readonly kind: ModelKind;
  /** Whether all of them are out by cooldown, by `drain()` or for want of credentials. Limits do not count. */
  readonly isOut: boolean;
}

/** Calls that wait for a deployment. */
export interface WaitingStatus {
  readonly modelId: string;
  readonly urgency: Urgency;
  readonly calls: number;
}

/** A frozen snapshot of a balanced provider. Holds no key, header, prompt or URL. */
export interface BalancedStatus {
  /** The API that `balanced(id)` uses. */
  readonly api: 'chat' | 'responses';
  /**
   * Whether processes act as one: `shared`, or `apart` while their common state does not answer and this one goes on by what it knows;
   * `local` where they share nothing.
   */
  readonly state: 'local' | 'shared' | 'apart';
  readonly endpoints: readonly EndpointStatus[];
  /** Rings that models have been made of so far. */
  readonly rings: readonly RingStatus[];
  /** Where none wait, there is no entry. */
  readonly waiting: readonly WaitingStatus[];
}

/** The two clocks of a machine drift apart, and one of them is set by hand: a difference that stays small stays the same. */
const SAME_MS = 50;

/** Takes snapshots. */
export function statusOf(
  api: BalancedStatus['api'],
  fleet: Fleet,
  clock: Clock,
  state: () => BalancedStatus['state'],
): () => BalancedStatus {
  let toEpoch = Date.now() - clock.now();
  return () => {
    const now = clock.now();
    const difference = Date.now() - now;
    if (Math.abs(difference - toEpoch) > SAME_MS) toEpoch = difference;
    const look: Look = { now, toEpoch, used: new Set(fleet.rings.flatMap(({ deployments }) => deployments)) };
    return deepFreeze({
      api,
      state: state(),
      endpoints: fleet.members.map((member) => endpointStatus(member, look)),
      rings: fleet.rings.map((ring) => ({ modelId: ring.modelId, kind: ring.kind, isOut: ring.isAllOut(now) })),
      waiting: waitingOf(fleet),
    });
  };
}

/** What holds for a whole snapshot. */
interface Look {
  readonly now: number;
  /** What makes epoch milliseconds of a time on the core's clock. */
  readonly toEpoch: number;
  /** Deployments that have been asked for. */
  readonly used: ReadonlySet<Deployment>;
}

function endpointStatus({ endpoint, gates, deployments }: FleetMember, look: Look): EndpointStatus {
  const { name, weight, priority, isSkipped } = endpoint;
  return {
    name,
    weight,
    priority,
    isSkipped,
    isDrained: gates.drain.isDrained,
    ...healthStatus(gates.breaker, gates.all, look),
    ...limitStatus(gates.budgets, look),
    deployments: [...deployments.values()]
      .filter((deployment) => look.used.has(deployment))
      .map((deployment) => deploymentStatus(deployment, look)),
  };
}

function deploymentStatus({ name, kind, inFlight, gates }: Deployment, look: Look): DeploymentStatus {
  const { now } = look;
  const learned = gates.budgets.filter(({ isLearned }) => isLearned);
  return {
    deployment: name,
    kind,
    inFlight,
    ...healthStatus(gates.breaker, gates.own, look),
    rateLimitedMs: msUntil(gates.rateLimit.opens(now), now) ?? 0,
    ...limitStatus(learned, look),
  };
}

function healthStatus(breaker: CircuitBreaker, gates: readonly Gate[], { now, toEpoch }: Look): HealthStatus {
  const { state, failures } = breaker;
  const closedGates = gates.flatMap((gate): ClosedGate[] => {
    const closure = closureOf(gate, now, 1);
    if (closure === undefined) return [];
    const { reason, opens, since = now, cause } = closure;
    const until = typeof opens === 'number' ? Math.round(opens + toEpoch) : undefined;
    const { class: failureClass, statusCode, code } = cause ?? {};
    const known = withoutUndefined({ until, class: failureClass, statusCode, code });
    return [{ reason, since: Math.round(since + toEpoch), ...known }];
  });
  return { state, failures, cooldownMs: msUntil(breaker.opens(now), now) ?? 0, closedGates };
}

function limitStatus(budgets: readonly Budget[], { now }: Look): LimitStatus {
  const known = budgets.flatMap((budget) => {
    const { unit, allowance } = budget;
    return allowance === undefined ? [] : [[unit, { used: budget.used(now), limit: allowance.perMinute }] as const];
  });
  return Object.fromEntries(known);
}

/** Rings of one id, by whichever API, are one to their callers. */
function waitingOf({ queue }: Fleet): readonly WaitingStatus[] {
  const waiting = new Map<string, WaitingStatus>();
  for (const [{ modelId }, lengths] of queue.lengths)
    for (const urgency of ['interactive', 'background'] as const) {
      const key = `${urgency}\n${modelId}`;
      const calls = (waiting.get(key)?.calls ?? 0) + lengths[urgency];
      if (calls > 0) waiting.set(key, { modelId, urgency, calls });
    }
  return [...waiting.values()];
}
