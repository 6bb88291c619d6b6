/** The shared state without a server: what the scripts in Redis do, for processes that are simulated in one. */
import type { Admission, AdmitRequest, Claim, GateRecord, Move, Report, SharedState } from '../../src/shared-state.ts';

type Of<Union extends { kind: string }, Kind> = Extract<Union, { kind: Kind }>;
type Decision = readonly [record: Omit<GateRecord, 'gate'>, commit?: () => void];

interface Cooldown {
  opens?: number | undefined;
  era: number;
  tripped: number;
  probe?: { readonly id: string; ends: number } | undefined;
  row: number;
  since: number;
  late: number;
  trips: number;
  cause?: string | undefined;
}

interface Budget {
  perMinute?: number | undefined;
  windowMs?: number | undefined;
  level?: number | undefined;
  cap: number;
  at: number;
  fix: number;
  readonly spent: Map<number, number>;
}

const least = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);

export class MemoryState implements SharedState {
  readonly timeoutMs: number;
  readonly leaseMs: number;
  readonly #now: () => number;
  readonly #cooldowns = new Map<string, Cooldown>();
  readonly #slots = new Map<string, Map<string, number>>();
  readonly #budgets = new Map<string, Budget>();
  readonly #processes = new Map<string, Map<string, number>>();
  readonly #owners = new Map<string, string>();

  constructor(now: () => number, { timeoutMs = 50, leaseMs = 30_000 } = {}) {
    this.#now = now;
    this.timeoutMs = timeoutMs;
    this.leaseMs = leaseMs;
  }

  isReady(): boolean {
    return true;
  }

  onReady(): void {}

  async admit({ place, processId, attemptId, claims }: AdmitRequest): Promise<Admission> {
    const now = this.#now();
    const seen = made(this.#processes, place, () => new Map<string, number>()).set(processId, now);
    for (const [id, at] of seen) if (at < now - 30_000) seen.delete(id);
    const decisions = claims.map((claim) => this.#decide(`${place} ${claim.gate}`, claim, attemptId, now));
    const isAdmitted = decisions.every(([{ closedBy }]) => closedBy === undefined);
    if (isAdmitted) for (const [, commit] of decisions) commit?.();
    const gates = decisions.map(([record], index) => ({ ...record, gate: claims[index]?.gate ?? '' }));
    return { isAdmitted, processes: seen.size, gates };
  }

  async report({ place, attemptId, moves }: Report): Promise<readonly GateRecord[]> {
    const now = this.#now();
    return moves.flatMap((move) => {
      const key = `${place} ${move.gate}`;
      if (move.kind === 'slot') this.#moveSlot(key, move, attemptId, now);
      else if (move.kind === 'budget') this.#moveBudget(key, move, now);
      else return [{ gate: move.gate, ...this.#movePass(key, move, attemptId, now) }];
      return [];
    });
  }

  async ownerOf(id: string): Promise<string | undefined> {
    return this.#owners.get(id);
  }

  async remember(id: string, owner: string): Promise<void> {
    this.#owners.set(id, owner);
  }

  #decide(key: string, claim: Claim, id: string, now: number): Decision {
    switch (claim.kind) {
      case 'pass':
        return this.#decidePass(this.#cooldown(key), claim, id, now);
      case 'slot':
        return this.#decideSlot(key, claim, id, now);
      case 'budget':
        return decideBudget(this.#budget(key), claim, now);
    }
  }

  #decidePass(gate: Cooldown, claim: Of<Claim, 'pass'>, id: string, now: number): Decision {
    const { opens, era, cause, probe } = gate;
    const record = { era, cause, opensInMs: Math.max(0, (opens ?? 0) - now) };
    if (opens === undefined) return [record];
    const early = claim.earlyMs === undefined ? opens : Math.min(opens, gate.tripped + claim.earlyMs);
    if ((claim.isProbe ? early : opens) > now) {
      return [{ ...record, closedBy: claim.earlyMs === undefined ? 'rate-limit' : 'cooldown', retryMs: early - now }];
    }
    if (probe !== undefined && probe.id !== id && probe.ends >= now) {
      return [{ ...record, closedBy: 'probe', retryMs: 250, opensInMs: 0 }];
    }
    const elect = (): void => {
      gate.opens = claim.needsProbe ? now : undefined;
      if (claim.needsProbe) gate.probe = { id, ends: now + this.leaseMs };
    };
    return [{ ...record, isProbe: claim.needsProbe, opensInMs: 0 }, elect];
  }

  #decideSlot(key: string, { limit }: Of<Claim, 'slot'>, id: string, now: number): Decision {
    const slots = made(this.#slots, key, () => new Map<string, number>());
    for (const [holder, ends] of slots) if (ends <= now) slots.delete(holder);
    if (slots.size >= limit && !slots.has(id)) return [{ closedBy: 'maxConcurrency', retryMs: 250 }];
    return [{}, () => void slots.set(id, now + this.leaseMs)];
  }

  #movePass(key: string, { ended, ageMs, rule, cause }: Of<Move, 'pass'>, id: string, now: number) {
    const gate = this.#cooldown(key);
    const isProbe = gate.probe?.id === id;
    const started = now - ageMs;
    if (ended === 'reset') {
      this.#cooldowns.delete(key);
      this.#cooldown(key).era = now;
    } else if (ended === 'renewed') {
      if (isProbe && gate.probe) gate.probe.ends = now + this.leaseMs;
    } else if (ended === 'worked' && isProbe) {
      gate.probe = undefined;
      gate.row = 0;
      gate.trips = 0;
      if ((gate.opens ?? 0) <= now) {
        gate.opens = undefined;
        gate.era = now;
      }
    } else if (ended === 'worked' && gate.row > 0 && gate.opens === undefined) {
      if (started < gate.since) gate.late += 1;
      else gate.row = 0;
    } else if (ended === 'failed' && started >= gate.era && rule !== undefined) {
      if (gate.row === 0) Object.assign(gate, { since: started, late: 0 });
      gate.row += 1;
      const isRow = gate.opens === undefined && gate.row >= rule.threshold && gate.row > gate.late;
      if (isProbe || rule.isCertain || isRow) {
        const lastsMs = Math.min(rule.initialMs * rule.factor ** gate.trips, rule.maxMs);
        Object.assign(gate, { opens: Math.max(gate.opens ?? 0, now + lastsMs), tripped: now, cause });
        gate.trips += 1;
      }
      if (isProbe) gate.probe = undefined;
    } else if (ended === 'nothing' && isProbe) gate.probe = undefined;
    const { opens = 0, era, cause: standing } = this.#cooldown(key);
    return { era, opensInMs: Math.max(0, opens - now), cause: standing };
  }

  #moveSlot(key: string, { isRenewed }: Of<Move, 'slot'>, id: string, now: number): void {
    const slots = made(this.#slots, key, () => new Map<string, number>());
    if (isRenewed) slots.set(id, now + this.leaseMs);
    else slots.delete(id);
  }

  #moveBudget(key: string, move: Of<Move, 'budget'>, now: number): void {
    const budget = this.#budget(key);
    budget.perMinute = move.perMinute ?? budget.perMinute;
    budget.windowMs = move.windowMs ?? budget.windowMs;
    const { left, remaining, spentAt, back } = move;
    const missing = left === undefined || remaining === undefined ? 0 : Math.max(0, left - budget.fix - remaining);
    budget.fix += missing;
    if (spentAt === undefined) {
      if (budget.level !== undefined) budget.level += back - missing;
      return;
    }
    const { spent } = budget;
    if (back > 0 && spent.has(spentAt)) spent.set(spentAt, (spent.get(spentAt) ?? 0) - back);
    const more = missing - Math.min(0, back);
    if (more > 0) spent.set(now, (spent.get(now) ?? 0) + more);
  }

  #cooldown(key: string): Cooldown {
    return made(this.#cooldowns, key, () => ({ era: 0, tripped: 0, row: 0, since: 0, late: 0, trips: 0 }));
  }

  #budget(key: string): Budget {
    return made(this.#budgets, key, () => ({ cap: 0, at: 0, fix: 0, spent: new Map() }));
  }
}

function decideBudget(budget: Budget, claim: Of<Claim, 'budget'>, now: number): Decision {
  const perMinute = least(budget.perMinute, claim.perMinute);
  const windowMs = least(budget.windowMs, claim.windowMs);
  if (perMinute === undefined) return [{}];
  if (windowMs !== undefined) return decideWindow(budget, claim.amount, perMinute, windowMs, now);
  const { level = perMinute, at = now, cap = perMinute } = budget.level === undefined ? {} : budget;
  const refilled = Math.min(perMinute, level + perMinute - cap + (Math.max(0, now - at) * perMinute) / 60_000);
  const amount = Math.min(claim.amount, perMinute);
  const lacking = amount - refilled;
  if (lacking > 1e-6) {
    const retryMs = (lacking * 60_000) / perMinute + Math.max(0, at - now);
    return [{ perMinute, left: refilled, closedBy: 'limits', retryMs }];
  }
  const left = refilled - amount;
  const spend = { level: left, at: refilled === perMinute ? now + 100 : Math.max(now, at), cap: perMinute };
  return [{ perMinute, left: left + budget.fix }, () => void Object.assign(budget, spend)];
}

function decideWindow(budget: Budget, wanted: number, perMinute: number, windowMs: number, now: number): Decision {
  const step = windowMs / 100;
  const keptMs = windowMs * 1.005 + 10;
  for (const at of budget.spent.keys()) if (at < now - keptMs) budget.spent.delete(at);
  const most = Math.max(1, Math.floor((perMinute * windowMs) / 60_000));
  const amount = Math.min(wanted, most);
  const left = [...budget.spent.values()].reduce((sum, each) => sum - each, most);
  let lacking = amount - left;
  if (lacking > 1e-6) {
    let until = now;
    for (const [at, spent] of [...budget.spent].toSorted(([one], [other]) => one - other)) {
      until = at;
      lacking -= spent;
      if (lacking <= 1e-6) break;
    }
    return [{ perMinute, left, closedBy: 'limits', retryMs: Math.max(1, until + keptMs - now) }];
  }
  const spentAt = Math.ceil(now / step) * step;
  const commit = (): void => {
    budget.spent.set(spentAt, (budget.spent.get(spentAt) ?? 0) + amount);
    budget.windowMs = windowMs;
  };
  return [{ perMinute, left: left - amount + budget.fix, spentAt }, commit];
}

function made<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}
