import type { Revision } from './revision.ts';

/** The words are those of every circuit breaker: ordinary traffic, no traffic, one probe. */
export type CooldownState =
  | { readonly state: 'closed' }
  | { readonly state: 'open'; readonly until: number }
  | {
      readonly state: 'half-open';
      /** When the cooldown that is being probed would have ended. */
      readonly dueAt: number;
      /** The end of one that began while the probe was out. */
      readonly until: number;
    };

const CLOSED: CooldownState = { state: 'closed' };

/** A door that shuts until a time, then lets one probe through, whose result opens it or shuts it again. */
export class Cooldown {
  readonly #changes: Revision;
  #state: CooldownState = CLOSED;

  constructor(changes: Revision) {
    this.#changes = changes;
  }

  get state(): CooldownState {
    return this.#state;
  }

  /** The time from which one more attempt may start: in the past when it may now, `Infinity` while a probe is out. */
  get availableAt(): number {
    switch (this.#state.state) {
      case 'closed':
        return -Infinity;
      case 'open':
        return this.#state.until;
      case 'half-open':
        return Infinity;
    }
  }

  /** An attempt starts. Returns whether it is the probe, which then has to end with one of the methods below. */
  enter(): boolean {
    if (this.#state.state === 'closed') return false;
    this.#become({ state: 'half-open', dueAt: this.#state.until, until: -Infinity });
    return true;
  }

  /**
   * No ordinary attempt before `until`; an end that is already later stays. While a probe is out, only that probe's own result
   * ends the waiting for it: others just make the cooldown after it longer.
   */
  shut(until: number, isProbe: boolean): void {
    const standing = this.#state.state === 'closed' ? -Infinity : this.#state.until;
    const longer = Math.max(until, standing);
    if (this.#state.state === 'half-open' && !isProbe) this.#become({ ...this.#state, until: longer });
    else this.#become({ state: 'open', until: longer });
  }

  /**
   * The probe succeeded: ordinary traffic again. Returns whether that is so: a cooldown that began while the probe was out
   * stands, since it is newer.
   */
  open(): boolean {
    if (this.#state.state !== 'half-open') return false;
    const { until } = this.#state;
    this.#become(until === -Infinity ? CLOSED : { state: 'open', until });
    return until === -Infinity;
  }

  /** The probe ended without a result: as before it, and when that was its time, the next attempt is the probe. */
  giveBack(): void {
    if (this.#state.state !== 'half-open') return;
    this.#become({ state: 'open', until: Math.max(this.#state.dueAt, this.#state.until) });
  }

  #become(state: CooldownState): void {
    this.#state = state;
    this.#changes.bump();
  }
}
