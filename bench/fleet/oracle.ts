import { chargeOf, type PlannedCall, usedTokensOf } from './call-plan.ts';
import type { Charge, Quota } from './limits/quota.ts';
import { createQuotas, faultAt, firstTokenMsAt, type Scenario, type ServerPlan } from './scenario.ts';

/** How the oracle serves one call. */
export interface OracleCall {
  readonly callId: number;
  readonly isAnswered: boolean;
  /** Whether by the model that stands in for its own. */
  readonly isByFallback: boolean;
  /** From the call's arrival. */
  readonly firstContentMs: number;
  readonly totalMs: number;
}

/**
 * What a fleet could give if everything were known.
 *
 * It is a simulation with the same arrivals, the same service times, and the very code by which the servers enforce their
 * quotas. Calls are admitted strictly first come, first served. Each goes where its first token will come soonest, which
 * takes in dead, silent and slow deployments, known to the moment; the phases of windows are known as well, so that
 * nothing is ever rejected. Where several are equal, it spends first what perishes soonest: the rest of a window that is
 * about to end, the refill of a bucket that is about to be full. A call is refused, at no cost, when it would have to
 * wait longer than calls may, or would end after its caller has given up. It goes to the fallback model, at once, when its own
 * would let it in later than it is to wait for that. All calls are equally urgent: to the number of answers it makes no difference.
 *
 * Why hardly anything can be better: while calls of like size wait, no admissible moment is left unused (each call starts at the
 * first moment at which any deployment would let it in), so no other order admits more of them by any time. Not
 * exactly an upper bound: among calls of very different size, letting small ones overtake would answer more of them, and
 * choosing the deployment with the next arrivals in mind could gain a little. Sockets and parsing cost it nothing; what a
 * plain call of the SDK costs on the machine is measured before each run and added to its times.
 */
export function askOracle(scenario: Scenario, calls: readonly PlannedCall[]): readonly OracleCall[] {
  const quotas = createQuotas(scenario.servers);
  const deployments = scenario.servers.map((plan, index) => ({ plan, quota: quotas[index]! }));
  const own = deployments.filter(({ plan }) => plan.isFallback !== true);
  const fallback = deployments.filter(({ plan }) => plan.isFallback === true);
  const settlements = new Settlements();
  const { maxWaitMs = 60_000, fallbackAfterMs = 0 } = scenario.wishes;
  let lastStartMs = 0;
  return calls.map((call) => {
    const charge = chargeOf(call);
    let nowMs = Math.max(call.atMs, lastStartMs);
    for (;;) {
      settlements.applyUntil(nowMs);
      const first = bestStart(own, call, charge, nowMs);
      const isInTime = first !== undefined && first.atMs - call.atMs <= fallbackAfterMs;
      const best = (isInTime ? undefined : bestStart(fallback, call, charge, call.atMs)) ?? first;
      if (best === undefined) return refused(call);
      if (best.atMs > settlements.nextAtMs) {
        // An answer that comes before gives tokens back, which may let the call start sooner.
        nowMs = settlements.nextAtMs;
        continue;
      }
      const firstContentMs = best.atMs + firstTokenMsAt(best.plan, call, best.atMs) - call.atMs;
      const totalMs = firstContentMs + call.outputMs;
      if (best.atMs - call.atMs > maxWaitMs || totalMs > scenario.deadlineMs) return refused(call);
      // Calls at the fallback model overtake.
      lastStartMs = Math.max(lastStartMs, best.atMs);
      const isByFallback = best.plan.isFallback === true;
      if (call.isBad) return { callId: call.id, isAnswered: false, isByFallback, firstContentMs, totalMs };
      best.quota.admit(best.atMs, charge);
      settlements.add({ atMs: call.atMs + totalMs, quota: best.quota, charge, usedTokens: usedTokensOf(call) });
      return { callId: call.id, isAnswered: true, isByFallback, firstContentMs, totalMs };
    }
  });
}

const refused = ({ id }: PlannedCall): OracleCall => ({
  callId: id,
  isAnswered: false,
  isByFallback: false,
  firstContentMs: Number.NaN,
  totalMs: Number.NaN,
});

interface OracleDeployment {
  readonly plan: ServerPlan;
  readonly quota: Quota;
}

interface Start extends OracleDeployment {
  readonly atMs: number;
}

/** Times closer together than this are equal: no client could tell. */
const TIE_MS = 0.001;

function bestStart(
  deployments: readonly OracleDeployment[],
  call: PlannedCall,
  charge: Charge,
  nowMs: number,
): Start | undefined {
  let best: (Start & { readonly firstContentAtMs: number; readonly perishesInMs: number }) | undefined;
  for (const { plan, quota } of deployments) {
    const atMs = firstWorkingMoment(plan, quota.availableAt(firstWorkingMoment(plan, nowMs), charge));
    if (atMs === Infinity) continue;
    const firstContentAtMs = atMs + firstTokenMsAt(plan, call, atMs);
    const perishesInMs = quota.perishesInMs(nowMs);
    const isBetter =
      best === undefined ||
      firstContentAtMs < best.firstContentAtMs - TIE_MS ||
      (firstContentAtMs < best.firstContentAtMs + TIE_MS && perishesInMs < best.perishesInMs);
    if (isBetter) best = { plan, quota, atMs, firstContentAtMs, perishesInMs };
  }
  return best;
}

function firstWorkingMoment(plan: ServerPlan, atMs: number): number {
  const fault = faultAt(plan, 'dead', atMs) ?? faultAt(plan, 'silent', atMs);
  return fault === undefined ? atMs : firstWorkingMoment(plan, fault.untilMs);
}

interface Settlement {
  readonly atMs: number;
  readonly quota: Quota;
  readonly charge: Charge;
  readonly usedTokens: number;
}

/** Answers under way, by the time at which they are complete and the tokens they did not need are given back. */
class Settlements {
  /** Latest first, so that the next is at the end. Few are open at a time. */
  readonly #open: Settlement[] = [];

  get nextAtMs(): number {
    return this.#open.at(-1)?.atMs ?? Infinity;
  }

  add(settlement: Settlement): void {
    const place = this.#open.findLastIndex(({ atMs }) => atMs >= settlement.atMs);
    this.#open.splice(place + 1, 0, settlement);
  }

  applyUntil(nowMs: number): void {
    while (this.nextAtMs <= nowMs) {
      const { atMs, quota, charge, usedTokens } = this.#open.pop()!;
      quota.settle(atMs, charge, usedTokens);
    }
  }
}
