import { type Opening, opensAt } from './opening.ts';
import type { Revision } from './revision.ts';

/** Lets nothing through until a time, then one probe, whose result decides. */
export class Cooldown {
  readonly #revision: Revision;
  #since = 0;
  /** Its end. Of one that is being probed: the end of another that began meanwhile, if one did. */
  #until: number | undefined;
  /** Of one that is being probed: when it would have ended. */
  #dueAt: number | undefined;

  constructor(revision: Revision) {
    this.#revision = revision;
  }

  /** The words are those of every circuit breaker: ordinary traffic, no traffic, one probe. */
  get state(): 'closed' | 'open' | 'half-open' {
    if (this.#dueAt !== undefined) return 'half-open';
    return this.#until === undefined ? 'closed' : 'open';
  }

  /** When it began; `undefined` while there is none. */
  get since(): number | undefined {
    return this.state === 'closed' ? undefined : this.#since;
  }

  /** How long the one lasts, or has lasted, that no probe is out for; `undefined` while there is none. */
  get lastsMs(): number | undefined {
    return this.state === 'open' ? (this.#until ?? this.#since) - this.#since : undefined;
  }

  /** When one more attempt may start. */
  opens(now: number): Opening {
    if (this.#dueAt !== undefined) return 'on-event';
    return this.#until === undefined ? 'now' : opensAt(this.#until, now);
  }

  /** An attempt starts. Returns whether it is the probe, which then has to end with one of the methods below. */
  enter(): boolean {
    if (this.state === 'open') this.#become(undefined, this.#until);
    return this.#dueAt !== undefined;
  }

  /**
   * No ordinary attempt before `until`; an end that is already later stays. While a probe is out, only that probe's own result
   * ends the waiting for it: others just make the cooldown after it longer.
   */
  trip(now: number, until: number, isProbe: boolean): void {
    const isProbed = this.#dueAt !== undefined && !isProbe;
    if (!isProbed) this.#since = now;
    this.#become(Math.max(until, this.#until ?? until), isProbed ? this.#dueAt : undefined);
  }

  /**
   * The probe succeeded: ordinary traffic again. Returns whether that is so: a cooldown that began while the probe was out
   * stands, since it is newer.
   */
  reset(): boolean {
    if (this.#dueAt === undefined) return false;
    this.#become(this.#until, undefined);
    return this.#until === undefined;
  }

  /** The probe ended without a result: as before it, and when that was its time, the next attempt is the probe. */
  abandonProbe(): void {
    if (this.#dueAt !== undefined) this.#become(Math.max(this.#dueAt, this.#until ?? this.#dueAt), undefined);
  }

  /** The next attempt is the probe, be it ahead of its time. */
  expire(now: number): void {
    if (this.state === 'open') this.#become(now, undefined);
  }

  /** Forgets everything. A probe that is out decides nothing any more. */
  clear(): void {
    if (this.state !== 'closed') this.#become(undefined, undefined);
  }

  #become(until: number | undefined, dueAt: number | undefined): void {
    this.#until = until;
    this.#dueAt = dueAt;
    this.#revision.bump();
  }
}
