import type { Clock, TimerHandle } from '../clock.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { Lease } from '../deployment/lease.ts';
import type { EventEmitter } from '../events.ts';
import type { Outcome } from '../gates/outcome.ts';
import type { StatedLimits } from '../limits/stated-limits.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';
import type { Admission, GateRecord, Move, Report, SharedState } from '../shared-state.ts';
import { claimOn, type Grant, merge, moveOf, placeOf, type SharedGate, sharedGatesOf } from './shared-gates.ts';
import { StateLink } from './state-link.ts';
import { UntoldReports } from './untold-reports.ts';

const UNSENT: Outcome = { type: 'unsent' };

/** The least time that a refusal closes a gate, and the most that is added to a time that all processes have been told. */
const LEAST_MS = 5;
const JITTER_MS = 20;

/** What a view is made with. */
export interface LocalViewOptions {
  readonly state: SharedState;
  readonly settings: ResolvedSettings;
  readonly clock: Clock;
  readonly events: EventEmitter;
  readonly deployments: () => readonly Deployment[];
}

interface Place {
  readonly id: string;
  readonly gates: readonly SharedGate[];
}

/**
 * What one process sees of the state that several share. The gates of its deployments are that view: picks look at them alone. Between
 * a pick and its attempt the state is asked, and the gates are put right by its answer; at its end the attempt is reported.
 */
export class LocalView {
  readonly #options: LocalViewOptions;
  readonly #link: StateLink;
  #id: string | undefined;
  readonly #places = new WeakMap<Deployment, Place>();
  /** Processes at each endpoint, as the state last told. */
  readonly #processes = new Map<string, number>();
  readonly #grants = new Map<Lease, Grant>();
  readonly #untold = new UntoldReports();
  #attempts = 0;
  #renewal: TimerHandle | undefined;

  constructor(options: LocalViewOptions) {
    const { state, clock, events } = options;
    this.#options = options;
    this.#link = new StateLink({
      state,
      clock,
      events,
      // Of a cluster, all parts that calls need.
      look: () => Promise.all(['look', ...this.#processes.keys()].map((place) => this.#look(place))),
      onChange: (isApart) => this.#onChange(isApart),
    });
  }

  // Made late, since some edge runtimes have no randomness before the first request.
  get #processId(): string {
    return (this.#id ??= crypto.randomUUID());
  }

  get state(): 'shared' | 'apart' {
    return this.#link.isApart ? 'apart' : 'shared';
  }

  /** Whether an attempt may start: returns the lease that it then has; `undefined` when the state says no, and the gates know why. */
  async admit(lease: Lease, tokens: number): Promise<Lease | undefined> {
    const { state, settings, clock } = this.#options;
    const { deployment } = lease;
    const { id: place, gates } = this.#placeOf(deployment);
    this.#attempts += 1;
    const attemptId = `${this.#processId}.${this.#attempts}`;
    const claims = gates.map((gate) => claimOn(gate, tokens, settings));
    const grantOf = (answer: Admission): Grant => ({
      attemptId,
      startedAt: lease.startedAt,
      tokens,
      records: new Map(answer.gates.map((record) => [record.gate, record])),
    });
    const answer = await this.#link.ask(
      () => state.admit({ place, processId: this.#processId, attemptId, claims }),
      (late) => late.isAdmitted && this.#report(deployment, grantOf(late), UNSENT),
    );
    const { others } = deployment.gates;
    if (answer === undefined) {
      others?.admitted();
      return lease;
    }
    const now = clock.now();
    this.#processes.set(place, answer.processes);
    this.#merge(deployment, answer.gates, now);
    if (!answer.isAdmitted) {
      lease.settle(UNSENT, now);
      const closed = answer.gates.filter(({ closedBy }) => closedBy !== undefined);
      const reason = closed[0]?.closedBy ?? 'limits';
      const waitMs = Math.max(LEAST_MS, ...closed.map(({ retryMs = 0 }) => retryMs));
      others?.refused(reason, now, now + waitMs + clock.random() * Math.min(JITTER_MS, waitMs));
      return undefined;
    }
    others?.admitted();
    const held = this.#asElected(lease, answer.gates, tokens, now);
    this.#grants.set(held, grantOf(answer));
    this.#renewLater();
    return held;
  }

  /** An attempt that was admitted is not made after all. */
  giveBack(lease: Lease): void {
    lease.settle(UNSENT, this.#options.clock.now());
    this.settle(lease, UNSENT);
  }

  /** Its first content is there: the result of a probe is told at once, however long the rest takes. */
  content(lease: Lease): void {
    const grant = this.#grants.get(lease);
    if (grant === undefined) return;
    const probed = this.#placeOf(lease.deployment).gates.filter(({ id }) => grant.records.get(id)?.isProbe === true);
    if (probed.length > 0) this.#report(lease.deployment, grant, { type: 'success' }, probed);
  }

  /** The service has stated its limits in the answer. */
  learn(lease: Lease, stated: StatedLimits | undefined): void {
    const grant = this.#grants.get(lease);
    if (grant !== undefined && stated !== undefined) grant.stated = stated;
  }

  /** It has ended, and its lease is settled. */
  settle(lease: Lease, outcome: Outcome): void {
    const grant = this.#grants.get(lease);
    // What was admitted while the process was apart has nothing to be told.
    if (grant === undefined) return;
    this.#grants.delete(lease);
    this.#report(lease.deployment, grant, outcome);
  }

  /** What was learned of deployments is forgotten. */
  reset(deployments: readonly Deployment[]): void {
    for (const deployment of deployments) {
      const { id: place, gates } = this.#placeOf(deployment);
      const passes = gates.filter(({ kind }) => kind === 'breaker' || kind === 'rate-limit');
      const moves = passes.map(({ id: gate }) => ({ kind: 'pass', gate, ended: 'reset', ageMs: 0 }) as const);
      this.#tell({ place, attemptId: '', moves }, deployment);
    }
  }

  /** Endpoints that have stored what the ids stand for, as far as the state knows. */
  async ownersOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { state } = this.#options;
    const found = await this.#link.ask(() => Promise.all(ids.map((id) => state.ownerOf(id))));
    const owners = new Map<string, string>();
    for (const [index, owner] of (found ?? []).entries()) if (owner !== undefined) owners.set(ids[index] ?? '', owner);
    return owners;
  }

  remember(id: string, owner: string): void {
    void this.#link.ask(() => this.#options.state.remember(id, owner));
  }

  #look(place: string): Promise<unknown> {
    return this.#options.state.admit({ place, processId: this.#processId, attemptId: 'look', claims: [] });
  }

  #placeOf(deployment: Deployment): Place {
    const known = this.#places.get(deployment) ?? { id: placeOf(deployment), gates: sharedGatesOf(deployment) };
    this.#places.set(deployment, known);
    return known;
  }

  #merge(deployment: Deployment, records: readonly GateRecord[], now: number): void {
    const { gates } = this.#placeOf(deployment);
    for (const record of records) {
      const shared = gates.find(({ id }) => id === record.gate);
      if (shared !== undefined) merge(shared, record, now);
    }
  }

  /** Where the state has made an attempt the probe that this process took for an ordinary one, its passes say so too. */
  #asElected(lease: Lease, records: readonly GateRecord[], tokens: number, now: number): Lease {
    const isElected = this.#placeOf(lease.deployment).gates.some(
      (shared) =>
        (shared.kind === 'breaker' || shared.kind === 'rate-limit') &&
        shared.gate.state === 'open' &&
        records.some(({ gate, isProbe }) => gate === shared.id && isProbe === true),
    );
    if (!isElected) return lease;
    lease.settle(UNSENT, now);
    const probe = new Lease(lease.deployment, now, tokens);
    lease.deployment.gates.others?.admitted();
    return probe;
  }

  #report(deployment: Deployment, grant: Grant, outcome: Outcome, of?: readonly SharedGate[]): void {
    const { settings, clock } = this.#options;
    const { id: place, gates } = this.#placeOf(deployment);
    const now = clock.now();
    const moves = (of ?? gates).map((gate) => moveOf(gate, grant, outcome, settings, now));
    this.#tell({ place, attemptId: grant.attemptId, moves: moves.filter((move) => move !== undefined) }, deployment);
  }

  /** No call waits for it. What could not be told is told when the state is back. */
  #tell(report: Report, deployment?: Deployment): void {
    if (report.moves.length === 0) return;
    const told = this.#link.ask(() => this.#options.state.report(report));
    void told.then((records) => {
      if (records === undefined) this.#untold.keep(report);
      else if (deployment !== undefined) this.#merge(deployment, records, this.#options.clock.now());
    });
  }

  #renewLater(): void {
    if (this.#renewal !== undefined || this.#grants.size === 0) return;
    const { clock, state } = this.#options;
    this.#renewal = clock.setTimeLimit(() => {
      this.#renewal = undefined;
      this.#renew();
      this.#renewLater();
    }, state.leaseMs / 3);
  }

  /** Keeps what attempts under way hold: places, and the right to be the probe. */
  #renew(): void {
    for (const [{ deployment }, { attemptId, records }] of this.#grants) {
      const { id: place, gates } = this.#placeOf(deployment);
      const moves = gates.flatMap(({ kind, id: gate }): Move[] => {
        if (kind === 'slot') return [{ kind, gate, isRenewed: true }];
        const isProbe = records.get(gate)?.isProbe === true;
        return isProbe ? [{ kind: 'pass', gate, ended: 'renewed', ageMs: 0 }] : [];
      });
      if (moves.length > 0) void this.#link.ask(() => this.#options.state.report({ place, attemptId, moves }));
    }
  }

  /** Apart, a process keeps to its part of each limit; when the state is back, it hears what has ended meanwhile. */
  #onChange(isApart: boolean): void {
    const { clock, deployments } = this.#options;
    for (const deployment of deployments()) {
      const processes = isApart ? (this.#processes.get(this.#placeOf(deployment).id) ?? 1) : 1;
      deployment.gates.concurrency.divide(processes);
      for (const budget of deployment.budgets) budget.divide(processes, clock.now());
    }
    if (isApart) return;
    for (const report of this.#untold.take()) this.#tell(report);
    this.#renew();
  }
}
