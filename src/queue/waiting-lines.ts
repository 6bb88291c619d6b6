import type { Clock, TimerHandle } from '../clock.ts';
import type { Revision } from '../gates/revision.ts';
import { Claims } from './claims.ts';
import type { Deployment } from '../deployment/deployment.ts';

/** The line of one ring, while somebody waits in it. */
export interface ServedLine {
  /** Who can be waited for. */
  readonly deployments: readonly Deployment[];
  /** Whether somebody waits who would take whoever comes free first. */
  readonly isForEverybody: boolean;
  /** When it is to be served again, if nothing changes before. */
  readonly nextAt: number;
  /** Adds what those who wait have a right to. */
  claim(claims: Claims, now: number): void;
  /**
   * Serves one waiter after the other, as long as there is somebody for the next. Yields the arrival of each before its turn, so
   * that those of other lines can come in between.
   *
   * @param claims of those further ahead, in any line; those whom nobody could serve add theirs.
   */
  serve(now: number, claims: Claims): Iterator<number, void>;
  /** Sends those away whose time is over. */
  sendAway(now: number): void;
}

const NOBODY: ReadonlySet<Deployment> = new Set();

/**
 * The lines of all rings of a fleet. Rings share limits, and may share deployments, so whoever has waited longest comes first,
 * whatever the model: otherwise one model could take all of an endpoint's limit from another.
 *
 * Lines are served when something changes or comes due: no polling, and no crowd that is woken to find one place.
 */
export class WaitingLines {
  readonly #clock: Clock;
  readonly #changes: Revision;
  /** Those in which somebody waits. */
  readonly #lines = new Set<ServedLine>();
  #arrivals = 0;
  #stopListening: (() => void) | undefined;
  #timer: TimerHandle | undefined;
  #isServing = false;

  constructor(clock: Clock, changes: Revision) {
    this.#clock = clock;
    this.#changes = changes;
  }

  /** The number of the next who comes to wait. */
  nextArrival(): number {
    this.#arrivals += 1;
    return this.#arrivals;
  }

  /** Somebody waits in a line. */
  opened(line: ServedLine): void {
    this.#lines.add(line);
    this.#stopListening ??= this.#changes.onChange(() => this.serveSoon());
  }

  /** Nobody waits in a line any more. */
  emptied(line: ServedLine): void {
    this.#lines.delete(line);
    if (this.#lines.size > 0) return;
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#setTimer(Infinity);
  }

  /** Those of a line's deployments that a new call would take from somebody who waits; `undefined` when that is everybody. */
  claimedFrom(line: ServedLine, now: number): ReadonlySet<Deployment> | undefined {
    if (this.#lines.size === 0) return NOBODY;
    if (line.isForEverybody) return undefined;
    const claims = new Claims();
    for (const each of this.#lines) each.claim(claims, now);
    const claimed = claims.of(line.deployments);
    return claimed.size === line.deployments.length ? undefined : claimed;
  }

  /** Many changes come at once; one look after them is enough. */
  serveSoon(): void {
    if (this.#isServing) return;
    this.#isServing = true;
    queueMicrotask(() => {
      this.#isServing = false;
      this.#serve();
    });
  }

  #serve(): void {
    const now = this.#clock.now();
    const lines = [...this.#lines];
    const claims = new Claims();
    const turns = lines.map((line) => new Turn(line.serve(now, claims)));
    for (;;) {
      const next = turns.reduce((first, turn) => (turn.arrival < first.arrival ? turn : first), NO_TURN);
      if (next === NO_TURN) break;
      next.take();
    }
    // Not before: what has just come free may be theirs.
    for (const line of lines) line.sendAway(now);
    if (this.#lines.size > 0) this.#setTimer(Math.min(...[...this.#lines].map(({ nextAt }) => nextAt)));
  }

  #setTimer(at: number): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    // Timers count whole milliseconds and may be early by one; who looks before the time finds nobody.
    const delayMs = Math.ceil(at - this.#clock.now()) + 1;
    this.#timer = at === Infinity ? undefined : this.#clock.setTimeout(() => this.#serve(), delayMs);
  }
}

/** Where a line stands while all are served. */
class Turn {
  readonly #waiters: Iterator<number, unknown>;
  /** Who is next in the line, by the number of its arrival; `Infinity` at its end. */
  arrival = -Infinity;

  constructor(waiters: Iterator<number, unknown>) {
    this.#waiters = waiters;
    this.take();
  }

  /** Serves whoever is next, if anybody is. */
  take(): void {
    const { done, value } = this.#waiters.next();
    this.arrival = done === true ? Infinity : value;
  }
}

/** Nobody is left. */
const NO_TURN = new Turn([].values());
