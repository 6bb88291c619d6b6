import type { Endpoint } from '../endpoint/endpoint.ts';
import type { UnavailableRecord } from '../failure/failure.ts';
import type { Budget } from '../gates/budget.ts';
import { closureOf, type Closure, type Gate } from '../gates/gate.ts';
import { later, msUntil, type Opening } from '../gates/opening.ts';
import type { ModelKind } from '../sdk.ts';
import type { TimeoutSettings } from '../settings/call-defaults.ts';
import type { DeploymentGates } from './endpoint-gates.ts';
import { PeakEwma } from './peak-ewma.ts';
import { Rejections } from './rejections.ts';
import type { Target } from './target.ts';

/** One model at one endpoint: a list of gates, and how long it takes to say something. */
export class Deployment {
  readonly endpoint: Endpoint;
  /** Name that the service knows it by. */
  readonly name: string;
  readonly kind: string;
  readonly gates: DeploymentGates;
  /** How its models are spoken to, by kind. */
  readonly target: (kind: ModelKind) => Target;
  /** Time limits of one attempt there. */
  readonly timeout: TimeoutSettings;
  /** How long it takes to say something. */
  readonly latency = new PeakEwma();
  readonly rejections = new Rejections();

  constructor(options: Pick<Deployment, 'endpoint' | 'name' | 'kind' | 'gates' | 'target' | 'timeout'>) {
    this.endpoint = options.endpoint;
    this.name = options.name;
    this.kind = options.kind;
    this.gates = options.gates;
    this.target = options.target;
    this.timeout = options.timeout;
  }

  get inFlight(): number {
    return this.gates.concurrency.inFlight;
  }

  /** Its budgets, then those that it shares with others of its endpoint. */
  get budgets(): readonly Budget[] {
    return this.gates.budgets;
  }

  /** Whether known limits, or its own, keep it from being overrun. */
  get isPaced(): boolean {
    return this.gates.concurrency.max !== undefined || this.budgets.some(({ allowance }) => allowance !== undefined);
  }

  /** Whether an attempt of so many tokens is within its limits, as far as these are known. */
  holds(tokens: number): boolean {
    return this.budgets.every(
      ({ unit, allowance }) => unit === 'requests' || tokens <= (allowance?.perMinute ?? tokens),
    );
  }

  get isDrained(): boolean {
    return this.gates.drain.isDrained;
  }

  /** When an attempt of so many tokens may start: when the last of its gates opens. */
  opens(now: number, tokens = 1, isPinned = false): Opening {
    return latest(this.gates.all, now, tokens, isPinned);
  }

  isOpen(now: number, tokens = 1, isPinned = false): boolean {
    return this.opens(now, tokens, isPinned) === 'now';
  }

  /** Whether it is closed by hand or for good, so that no time and no event opens it. */
  isClosedByHand(now: number): boolean {
    const opens = this.opens(now);
    return opens === 'by-hand' || opens === 'never';
  }

  /** Whether its key, its name or its account has been refused for so long that waiting is in vain, or it is left out for good. */
  isRefusing(now: number): boolean {
    const { breaker, endpointBreaker } = this.gates;
    return breaker.isRefusing(now) || endpointBreaker.isRefusing(now) || this.opens(now) === 'never';
  }

  /** When nothing keeps it out any more that a probe could end ahead of time. */
  recovers(now: number): Opening {
    return latest(this.gates.recovering, now, 1, false);
  }

  /** When nothing else keeps it out: what a probe ahead of its time has to keep to all the same. */
  hasRoom(now: number, tokens = 1, isPinned = false): Opening {
    return latest(this.gates.binding, now, tokens, isPinned);
  }

  /** When the last of the cooldowns began that keep it out, if any does. */
  trippedAt(now: number): number | undefined {
    let last: number | undefined;
    for (const gate of this.gates.recovering) {
      const since = closureOf(gate, now, 1)?.since;
      if (since !== undefined && (last === undefined || since > last)) last = since;
    }
    return last;
  }

  /** The budgets that it shares with others, where nothing but these keeps it from taking so many tokens now. */
  lackingShared(now: number, tokens: number): readonly Budget[] {
    const shared = this.budgets.filter((budget) => budget.isShared && budget.opens(now, tokens) !== 'now');
    if (shared.length === 0) return shared;
    const others = this.gates.all.filter((gate) => !shared.includes(gate as Budget));
    return latest(others, now, tokens, false) === 'now' ? shared : [];
  }

  /** Until when what was spent lately of its limits runs ahead of an even flow. */
  evenAt(now: number): number {
    return Math.max(now, ...this.budgets.map(({ allowance }) => allowance?.evenAt(now) ?? now));
  }

  /** Why a call of so many tokens cannot go there now; `undefined` when it can. */
  whyUnavailable(now: number, tokens: number): UnavailableRecord | undefined {
    const closures = this.gates.all.map((gate) => closureOf(gate, now, tokens)).filter((found) => found !== undefined);
    const [first] = closures;
    if (first === undefined) return undefined;
    const closure = closures.reduce(laterKnown, first);
    const { reason, opens, cause: { class: failureClass, statusCode, code } = {} } = closure;
    const availableInMs = msUntil(opens, now);
    const { endpoint, name: deployment } = this;
    return Object.freeze({
      endpoint: endpoint.name,
      deployment,
      reason,
      availableInMs,
      class: failureClass,
      statusCode,
      code,
    });
  }

  /** Forgets what was learned: cooldowns, rate limits, limits. */
  reset(now: number): void {
    for (const gate of this.gates.all) gate.reset?.(now);
  }
}

/** The one that is known to open later; else the first. What opens on an event tells less than a time. */
function laterKnown(one: Closure, other: Closure): Closure {
  if (typeof other.opens !== 'number') return one;
  return one.opens === 'on-event' || (typeof one.opens === 'number' && other.opens > one.opens) ? other : one;
}

function latest(gates: readonly Gate[], now: number, tokens: number, isPinned: boolean): Opening {
  let opening: Opening = 'now';
  for (const gate of gates) {
    if (isPinned && gate.admitsPinned === true) continue;
    const opens = gate.opens(now, tokens);
    if (opens !== 'now') opening = later(opening, opens);
  }
  return opening;
}
