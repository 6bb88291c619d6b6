import type { Clock, TimerHandle } from '../clock.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { Lease } from '../deployment/lease.ts';
import type { EventEmitter } from '../event-emitter.ts';
import type { Outcome } from '../gates/outcome.ts';
import type { StatedLimits } from '../limits/stated-limits.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';
import type { Admission, GateRecord, Move, Report, SharedState } from '../shared-state.ts';
import { claimOn, type Grant, merge, moveOf, type Place, sharedPlaceOf } from './shared-gates.ts';
import { StateLink } from './state-link.ts';

const UNSENT: Outcome = { type: 'unsent' };

/** The least time that a refusal closes a gate, and the most that is added to a time that all processes have been told. */
const LEAST_MS = 5;
const JITTER_MS = 20;

/** More reports than a process makes that is apart for minutes. What comes after is not told: leases end by themselves. */
const MOST_UNTOLD = 10_000;

/** What a view is made with. */
export interface LocalViewOptions {
  readonly state: SharedState;
  readonly settings: ResolvedSettings;
  readonly clock: Clock;
  readonly events: EventEmitter;
  readonly deployments: () => readonly Deployment[];
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
  /** What the state did not confirm, for when it is back. */
  readonly #untold: Report[] = [];
  #attempts = 0;
  #renewal: TimerHandle | undefined;

  constructor(options: LocalViewOptions) {
    this.#options = options;
    this.#link = new StateLink({
      ...options,
      // Of a cluster, all parts that calls need.
      look: () =>
        Promise.all(
          ['look', ...this.#processes.keys()].map((place) =>
            options.state.admit({ place, processId: this.#processId, attemptId: 'look', claims: [] }),
          ),
        ),
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

  /** Returns the lease that an attempt has; `undefined` when the state says no, and the gates know why, or when it is not wanted any more. */
  async admit(lease: Lease, tokens: number, isWanted: () => boolean): Promise<Lease | undefined> {
    const held = await this.#ask(lease, tokens);
    if (held === undefined || isWanted()) return held;
    held.settle(UNSENT, this.#options.clock.now());
    this.settle(held, UNSENT);
    return undefined;
  }

  async #ask(lease: Lease, tokens: number): Promise<Lease | undefined> {
    const { state, settings, clock } = this.#options;
    const place = this.#placeOf(lease.deployment);
    this.#attempts += 1;
    const attemptId = `${this.#processId}.${this.#attempts}`;
    const claims = place.gates.map((gate) => claimOn(gate, tokens, settings));
    const grantOf = ({ gates }: Admission): Grant => {
      const records = new Map(gates.map((record) => [record.gate, record]));
      return { place, attemptId, startedAt: lease.startedAt, tokens, records };
    };
    const answer = await this.#link.ask(
      () => state.admit({ place: place.id, processId: this.#processId, attemptId, claims }),
      (late) => late.isAdmitted && this.#report(grantOf(late), UNSENT),
    );
    const { others } = lease.deployment.gates;
    if (answer === undefined) {
      others?.admitted();
      return lease;
    }
    this.#processes.set(place.id, answer.processes);
    this.#merge(place, answer.gates);
    if (!answer.isAdmitted) {
      const now = clock.now();
      lease.settle(UNSENT, now);
      const closed = answer.gates.filter(({ closedBy }) => closedBy !== undefined);
      const waitMs = Math.max(LEAST_MS, ...closed.map(({ retryMs = 0 }) => retryMs));
      const until = now + waitMs + clock.random() * Math.min(JITTER_MS, waitMs);
      others?.refused(closed[0]?.closedBy ?? 'limits', now, until);
      return undefined;
    }
    others?.admitted();
    const grant = grantOf(answer);
    const held = this.#asElected(lease, grant);
    this.#grants.set(held, grant);
    this.#renewLater();
    return held;
  }

  /** Its first content is there: the result of a probe is told at once, however long the rest takes. */
  content(lease: Lease): void {
    const grant = this.#grants.get(lease);
    if (grant === undefined) return;
    const probed = grant.place.gates.filter(({ id }) => grant.records.get(id)?.isProbe === true);
    this.#report(grant, { type: 'success' }, probed);
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
    this.#report(grant, outcome);
  }

  /** What was learned of deployments is forgotten. */
  reset(deployments: readonly Deployment[]): void {
    for (const place of deployments.map((deployment) => this.#placeOf(deployment))) {
      const passes = place.gates.filter(({ kind }) => kind === 'pass');
      const moves = passes.map(({ id: gate }) => ({ kind: 'pass', gate, ended: 'reset', ageMs: 0 }) as const);
      this.#tell({ place: place.id, attemptId: '', moves }, place);
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

  #placeOf(deployment: Deployment): Place {
    const known = this.#places.get(deployment) ?? sharedPlaceOf(deployment);
    this.#places.set(deployment, known);
    return known;
  }

  #merge({ gates }: Place, records: readonly GateRecord[]): void {
    const now = this.#options.clock.now();
    for (const record of records) {
      const shared = gates.find(({ id }) => id === record.gate);
      if (shared !== undefined) merge(shared, record, now);
    }
  }

  /** Where the state has made an attempt the probe that this process took for an ordinary one, its passes say so too. */
  #asElected(lease: Lease, { place, records, tokens }: Grant): Lease {
    const isElected = place.gates.some(
      (shared) => shared.kind === 'pass' && shared.gate.state === 'open' && records.get(shared.id)?.isProbe === true,
    );
    if (!isElected) return lease;
    const now = this.#options.clock.now();
    lease.settle(UNSENT, now);
    const probe = new Lease(lease.deployment, now, tokens);
    lease.deployment.gates.others?.admitted();
    return probe;
  }

  #report(grant: Grant, outcome: Outcome, gates = grant.place.gates): void {
    const now = this.#options.clock.now();
    const moves = gates.map((gate) => moveOf(gate, grant, outcome, now)).filter((move) => move !== undefined);
    this.#tell({ place: grant.place.id, attemptId: grant.attemptId, moves }, grant.place);
  }

  /** No call waits for it. */
  #tell(report: Report, place?: Place): void {
    if (report.moves.length === 0) return;
    const told = this.#link.ask(() => this.#options.state.report(report));
    void told.then((records) => {
      if (records === undefined) {
        if (this.#untold.length < MOST_UNTOLD) this.#untold.push({ ...report, moves: report.moves.flatMap(toldLate) });
      } else if (place !== undefined) this.#merge(place, records);
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
    for (const { place, attemptId, records } of this.#grants.values()) {
      const moves = place.gates.flatMap(({ kind, id: gate }): Move[] => {
        if (kind === 'slot') return [{ kind, gate, isRenewed: true }];
        return records.get(gate)?.isProbe === true ? [{ kind: 'pass', gate, ended: 'renewed', ageMs: 0 }] : [];
      });
      if (moves.length > 0) {
        void this.#link.ask(() => this.#options.state.report({ place: place.id, attemptId, moves }));
      }
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
    for (const report of this.#untold.splice(0)) this.#tell(report);
    this.#renew();
  }
}

/** It may have been heard all the same: what must not be counted twice is left out, and what it held is given back. */
function toldLate(move: Move): readonly Move[] {
  if (move.kind === 'budget') return [];
  return [move.kind === 'pass' && move.ended === 'failed' ? { ...move, ended: 'nothing' } : move];
}
