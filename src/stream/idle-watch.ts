import type { Clock, TimerHandle } from '../clock.ts';

/**
 * Notices when a reader has waited too long for content. One timer for a whole stream: moving it for each part would cost more
 * than the part.
 */
export class IdleWatch {
  readonly #idleMs: number;
  readonly #clock: Clock;
  readonly #expire: () => void;
  #timer: TimerHandle | undefined;
  /** Since when the reader has been waiting for a part; `undefined` while it is not reading. */
  #waitingSince: number | undefined;
  /** For how long it had been waiting for content before that, while others came. */
  #waitedMs = 0;

  constructor(idleMs: number, clock: Clock, expire: () => void) {
    this.#idleMs = idleMs;
    this.#clock = clock;
    this.#expire = expire;
  }

  /** The reader wants the next part. Time that it takes to want one is its own. */
  waits(): void {
    this.#waitingSince ??= this.#clock.now();
    if (this.#timer === undefined) this.#arm(this.#idleMs - this.#waitedMs);
  }

  /** A part came. Until the reader wants the next, time is its own. */
  gotPart(isContent: boolean): void {
    const waitedMs = this.#waitingSince === undefined ? 0 : this.#clock.now() - this.#waitingSince;
    this.#waitedMs = isContent ? 0 : this.#waitedMs + waitedMs;
    this.#waitingSince = undefined;
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waitingSince = undefined;
  }

  #arm(delayMs: number): void {
    this.#timer = this.#clock.setTimeLimit(() => this.#check(), delayMs);
  }

  #check(): void {
    this.#timer = undefined;
    if (this.#waitingSince === undefined) return;
    const leftMs = this.#idleMs - this.#waitedMs - (this.#clock.now() - this.#waitingSince);
    if (leftMs <= 0) this.#expire();
    else this.#arm(leftMs);
  }
}
