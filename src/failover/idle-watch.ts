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
  /** Since when the reader has been waiting for content; `undefined` while it is not reading. */
  #waitingSince: number | undefined;

  constructor(idleMs: number, clock: Clock, expire: () => void) {
    this.#idleMs = idleMs;
    this.#clock = clock;
    this.#expire = expire;
  }

  /** The reader wants the next part. Time that it takes to want one is its own. */
  waits(): void {
    this.#waitingSince ??= this.#clock.now();
    if (this.#timer === undefined) this.#arm(this.#idleMs);
  }

  /** A part with content came. */
  gotContent(): void {
    this.#waitingSince = undefined;
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waitingSince = undefined;
  }

  #arm(delayMs: number): void {
    this.#timer = this.#clock.setTimeout(() => this.#check(), delayMs);
  }

  #check(): void {
    this.#timer = undefined;
    if (this.#waitingSince === undefined) return;
    const leftMs = this.#idleMs - (this.#clock.now() - this.#waitingSince);
    if (leftMs <= 0) this.#expire();
    else this.#arm(leftMs);
  }
}
