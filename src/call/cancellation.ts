import type { Clock, TimerHandle } from '../clock.ts';
import type { CallEndListener } from '../queue/waiter.ts';

/** How a call was ended from outside. */
export type CallEnd =
  | { readonly by: 'caller'; readonly reason: unknown }
  | { readonly by: 'totalTimeout'; readonly timeoutMs: number };

/** What ends a call from outside, whatever it is doing: its caller's abort, and `totalTimeoutMs`. */
export class Cancellation implements EventListenerObject {
  /** The caller's own signal. */
  readonly signal: AbortSignal | undefined;
  /** Whether there is anything that could end the call. */
  readonly canEnd: boolean;
  /** Whether it can end by a time limit, of which the caller's signal knows nothing. */
  readonly hasTimeLimit: boolean;
  /** When its time limit ends it; `Infinity` without one. */
  readonly endsAt: number;
  readonly #clock: Clock;
  // Nearly always there is one listener: a set is made for a second.
  #listener: CallEndListener | undefined;
  #others: Set<CallEndListener> | undefined;
  #timer: TimerHandle | undefined;
  #end: CallEnd | undefined;

  /** What nothing can end has nothing of its own: most calls are such, and share one. */
  static #endless: Cancellation | undefined;

  /** The scope of a call. */
  static of(
    signal: AbortSignal | undefined,
    totalTimeoutMs: number | undefined,
    clock: Clock,
    isStream: boolean,
  ): Cancellation {
    const canEnd = isStream || signal !== undefined || totalTimeoutMs !== undefined;
    if (canEnd) return new Cancellation(signal, totalTimeoutMs, clock, isStream);
    return (Cancellation.#endless ??= new Cancellation(undefined, undefined, clock, false));
  }

  private constructor(
    signal: AbortSignal | undefined,
    totalTimeoutMs: number | undefined,
    clock: Clock,
    isStream: boolean,
  ) {
    this.signal = signal;
    this.#clock = clock;
    this.hasTimeLimit = totalTimeoutMs !== undefined;
    this.endsAt = totalTimeoutMs === undefined ? Infinity : clock.now() + totalTimeoutMs;
    // The reader of a stream can always leave.
    this.canEnd = isStream || signal !== undefined || this.hasTimeLimit;
    if (signal?.aborted) this.#end = { by: 'caller', reason: signal.reason };
    else this.#watch(totalTimeoutMs);
  }

  /** How the call was ended, if it was. */
  get end(): CallEnd | undefined {
    // A signal that somebody else listened to first may have aborted before this was told.
    if (this.#end === undefined && this.signal?.aborted) this.#endWith({ by: 'caller', reason: this.signal.reason });
    return this.#end;
  }

  /** Tells `listener` when the call is ended. */
  listen(listener: CallEndListener): void {
    if (!this.canEnd) return;
    if (this.#end !== undefined) listener.callEnded();
    else if (this.#listener === undefined) this.#listener = listener;
    else (this.#others ??= new Set()).add(listener);
  }

  unlisten(listener: CallEndListener): void {
    if (this.#listener === listener) this.#listener = undefined;
    else this.#others?.delete(listener);
  }

  /** The caller ends the call by other means than its signal. */
  stop(reason: unknown): void {
    this.#endWith({ by: 'caller', reason });
  }

  /** The call is over: leaves no listener and no timer behind. */
  dispose(): void {
    this.#listener = undefined;
    this.#others = undefined;
    this.signal?.removeEventListener('abort', this);
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
  }

  /** The caller's signal aborts. An object listens, not a closure: there is one for each call. */
  handleEvent(): void {
    this.#endWith({ by: 'caller', reason: this.signal?.reason });
  }

  #watch(totalTimeoutMs: number | undefined): void {
    this.signal?.addEventListener('abort', this, { once: true });
    if (totalTimeoutMs === undefined) return;
    this.#timer = this.#clock.setTimeout(
      () => this.#endWith({ by: 'totalTimeout', timeoutMs: totalTimeoutMs }),
      totalTimeoutMs,
    );
  }

  #endWith(end: CallEnd): void {
    if (this.#end !== undefined || !this.canEnd) return;
    this.#end = end;
    for (const listener of [this.#listener, ...(this.#others ?? [])]) listener?.callEnded();
  }
}
