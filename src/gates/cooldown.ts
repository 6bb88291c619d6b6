import { type Opening, opensAt } from './opening.ts';
import type { Revision } from './revision.ts';

/** The words are those of every circuit breaker: ordinary traffic, no traffic, one probe. */
export type CooldownState =
  | { readonly state: 'closed' }
  | { readonly state: 'open'; readonly since: number; readonly until: number }
  | {
      readonly state: 'half-open';
      readonly since: number;
      /** When the cooldown that is being probed would have ended. */
      readonly dueAt: number;
      /** The end of one that began while the probe was out, if one did. */
      readonly until: number | undefined;
    };

/** How a cooldown stands in a state that processes share. */
export interface CooldownRecord {
  /** Grows with each recovery. */
  readonly era: number;
  readonly opensInMs: number;
  readonly isProbe: boolean;
}

const CLOSED: CooldownState = { state: 'closed' };

/** Lets nothing through until a time, then one probe, whose result decides. */
export class Cooldown {
  readonly #revision: Revision;
  #state: CooldownState = CLOSED;

  constructor(revision: Revision) {
    this.#revision = revision;
  }

  get state(): CooldownState {
    return this.#state;
  }

  /** When one more attempt may start. */
  opens(now: number): Opening {
    switch (this.#state.state) {
      case 'closed':
        return 'now';
      case 'open':
        return opensAt(this.#state.until, now);
      case 'half-open':
        return 'on-event';
    }
  }

  /** An attempt starts. Returns whether it is the probe, which then has to end with one of the methods below. */
  enter(): boolean {
    if (this.#state.state === 'closed') return false;
    if (this.#state.state === 'open') {
      const { since, until } = this.#state;
      this.#become({ state: 'half-open', since, dueAt: until, until: undefined });
    }
    return true;
  }

  /**
   * No ordinary attempt before `until`; an end that is already later stays. While a probe is out, only that probe's own result
   * ends the waiting for it: others just make the cooldown after it longer.
   */
  trip(now: number, until: number, isProbe: boolean): void {
    const standing = this.#state.state === 'closed' ? undefined : this.#state.until;
    const longer = standing === undefined ? until : Math.max(until, standing);
    if (this.#state.state === 'half-open' && !isProbe) this.#become({ ...this.#state, until: longer });
    else this.#become({ state: 'open', since: now, until: longer });
  }

  /**
   * The probe succeeded: ordinary traffic again. Returns whether that is so: a cooldown that began while the probe was out
   * stands, since it is newer.
   */
  reset(): boolean {
    if (this.#state.state !== 'half-open') return false;
    const { since, until } = this.#state;
    this.#become(until === undefined ? CLOSED : { state: 'open', since, until });
    return until === undefined;
  }

  /** The probe ended without a result: as before it, and when that was its time, the next attempt is the probe. */
  abandonProbe(): void {
    if (this.#state.state !== 'half-open') return;
    const { since, dueAt, until = dueAt } = this.#state;
    this.#become({ state: 'open', since, until: Math.max(dueAt, until) });
  }

  /** The next attempt is the probe, be it ahead of its time. */
  expire(now: number): void {
    if (this.#state.state === 'open') this.#become({ ...this.#state, until: now });
  }

  /** Forgets everything. A probe that is out decides nothing any more. */
  clear(): void {
    if (this.#state.state !== 'closed') this.#become(CLOSED);
  }

  #become(state: CooldownState): void {
    this.#state = state;
    this.#revision.bump();
  }
}
