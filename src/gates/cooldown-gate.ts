import type { Clock } from '../clock.ts';
import type { Failure } from '../failure/failure.ts';
import type { CooldownRule, GateRecord } from '../shared-state.ts';
import { Cooldown } from './cooldown.ts';
import type { Closing, Gate, Pass } from './gate.ts';
import type { Opening } from './opening.ts';
import { type Outcome, READINGS } from './outcome.ts';
import type { Revision } from './revision.ts';

/** What a gate with a cooldown is made with. */
export interface CooldownGateOptions {
  readonly clock: Clock;
  readonly revision: Revision;
  /** Hears of each cooldown, with the failure that began it and the milliseconds that it lasts. */
  readonly onTrip: (cause: Failure, cooldownMs: number) => void;
  /** Hears of each probe that succeeded. */
  readonly onRecover?: () => void;
}

/** The failure that a deployment counts as having which hangs: an error would tell, but a hang gives none. */
export const HANG: Failure = { class: 'retryable' };

/** A gate that failures close for a time, after which one probe finds out whether it may open. When they do, its kind says. */
export abstract class CooldownGate implements Gate {
  readonly allowsEarlyProbe: boolean = false;
  abstract readonly scope: keyof typeof READINGS;
  abstract succeed(isProbe: boolean, startedAt: number): void;
  abstract fail(isProbe: boolean, startedAt: number, failure: Failure): void;
  /** How such a failure closes it in a state that processes share. */
  abstract ruleFor(failure: Failure): CooldownRule;
  /** Whether the first attempt after a cooldown is a probe that the others wait for. */
  abstract readonly needsProbe: boolean;
  protected abstract readonly reason: Closing['reason'];
  protected readonly cooldown: Cooldown;
  protected readonly clock: Clock;
  readonly #options: CooldownGateOptions;
  #cause: Failure | undefined;
  #generation = 0;
  #era = 0;

  constructor(options: CooldownGateOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.cooldown = new Cooldown(options.revision);
  }

  get state(): Cooldown['state'] {
    return this.cooldown.state;
  }

  get closing(): Closing {
    const reason = this.state === 'half-open' ? 'probe' : this.reason;
    return { reason, since: this.cooldown.since, cause: this.#cause };
  }

  /** Grows with each recovery: what an attempt from before it says is out of date. */
  get generation(): number {
    return this.#generation;
  }

  opens(now: number): Opening {
    return this.cooldown.opens(now);
  }

  enter(now: number): Pass {
    return new CooldownPass(this, this.cooldown.enter(), now);
  }

  reset(): void {
    this.forget();
  }

  /** Forgets what it is closed for: by a reset, or since another process has seen it recover. */
  protected forget(): void {
    this.#generation += 1;
    this.cooldown.clear();
  }

  protected trip(cause: Failure, cooldownMs: number, isProbe: boolean): void {
    const now = this.clock.now();
    this.#cause = cause;
    this.cooldown.trip(now, now + cooldownMs, isProbe);
    this.#options.onTrip(cause, cooldownMs);
  }

  protected recover(): void {
    this.#generation += 1;
    this.#options.onRecover?.();
  }

  /** What processes that share it have found out. A later era wins, and within an era the longer closing. */
  merge({ era = 0, opensInMs = 0, isProbe = false }: GateRecord, cause: Failure): void {
    const before = this.state;
    if (era > this.#era) {
      this.#era = era;
      this.forget();
    }
    const now = this.clock.now();
    if (opensInMs > 0 || (isProbe && this.state === 'closed')) {
      this.#cause = cause;
      this.cooldown.trip(now, now + opensInMs, false);
    }
    if (before === 'closed' && opensInMs > 0) this.#options.onTrip(cause, opensInMs);
    if (before !== 'closed' && this.state === 'closed') this.#options.onRecover?.();
  }

  /** What it is closed for has changed: the next attempt is its probe, and what began before says nothing of it. */
  endCooldown(): void {
    if (this.state !== 'open') return;
    this.#generation += 1;
    this.cooldown.expire(this.clock.now());
  }

  abandonProbe(): void {
    this.cooldown.abandonProbe();
  }
}

class CooldownPass implements Pass {
  readonly #gate: CooldownGate;
  readonly #startedAt: number;
  // Not any more once there is content: whatever the attempt was sent to find out is known then.
  #hasToProbe: boolean;
  /** What has recovered, or was reset, since is not blamed for it. */
  #generation: number;

  constructor(gate: CooldownGate, isProbe: boolean, startedAt: number) {
    this.#gate = gate;
    this.#hasToProbe = isProbe;
    this.#startedAt = startedAt;
    this.#generation = gate.generation;
  }

  /** The probe of a rate limit finds out whether there is room, not whether the deployment works. */
  get isProbe(): boolean {
    return this.#gate.allowsEarlyProbe && this.#isProbing;
  }

  get #isProbing(): boolean {
    return this.#hasToProbe && this.#gate.generation === this.#generation;
  }

  content(): void {
    const isProbing = this.#isProbing;
    // A deployment's row of failures ends with a whole answer, not with the beginning of one; a probe needs no more.
    if (!isProbing && this.#gate.scope === 'deployment') return;
    this.#gate.succeed(isProbing, this.#startedAt);
    // It may still break off, and is of its own recovery's time.
    if (isProbing) this.#generation = this.#gate.generation;
    this.#hasToProbe = false;
  }

  hang(): void {
    if (!this.isProbe) return;
    this.#hasToProbe = false;
    this.#gate.fail(true, this.#startedAt, HANG);
  }

  settle(outcome: Outcome): void {
    const gate = this.#gate;
    if (outcome.type === 'success') {
      if (gate.scope === 'deployment') gate.succeed(false, this.#startedAt);
      return;
    }
    const isProbing = this.#isProbing;
    const reading = outcome.type === 'failure' ? READINGS[gate.scope](outcome.failure) : 'nothing';
    if (reading === 'failed' && outcome.type === 'failure') {
      // A limit that is named holds from when it is named, whenever the attempt began.
      if (gate.scope === 'rateLimit' || gate.generation === this.#generation)
        gate.fail(isProbing, this.#startedAt, outcome.failure);
    } else if (reading === 'works' && (isProbing || gate.scope === 'rateLimit'))
      gate.succeed(isProbing, this.#startedAt);
    else if (isProbing) gate.abandonProbe();
  }
}
