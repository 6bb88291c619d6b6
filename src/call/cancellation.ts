import type { Clock, TimerHandle } from '../clock.ts';
import type { Cancellable, CancellationListener } from '../queue/waiting-call.ts';

/** How a call was ended from outside. */
export type CancelledBy =
  | { readonly by: 'caller'; readonly reason: unknown }
  | { readonly by: 'totalTimeout'; readonly timeoutMs: number };

/** What may end a call from outside. */
export interface CancellationOptions {
  /** The caller's own signal. */
  readonly signal: AbortSignal | undefined;
  readonly totalTimeoutMs: number | undefined;
  readonly clock: Clock;
  /** The reader of a stream can always leave. */
  readonly isStream: boolean;
}

/** What ends a call from outside, whatever it is doing: its caller's abort, and `totalTimeoutMs`. */
export class Cancellation implements EventListenerObject, Cancellable {
  readonly signal: AbortSignal | undefined;
  /** Whether there is anything that could end the call. */
  readonly isPossible: boolean;
  /** When its time limit ends it; `undefined` without one. */
  readonly endsAt: number | undefined;
  readonly #clock: Clock;
  readonly #listeners = new Set<CancellationListener>();
  #timer: TimerHandle | undefined;
  #end: CancelledBy | undefined;
  #controller: AbortController | undefined;

  constructor({ signal, totalTimeoutMs, clock, isStream }: CancellationOptions) {
    this.signal = signal;
    this.#clock = clock;
    this.endsAt = totalTimeoutMs === undefined ? undefined : clock.now() + totalTimeoutMs;
    this.isPossible = isStream || signal !== undefined || totalTimeoutMs !== undefined;
    if (signal?.aborted) this.#end = { by: 'caller', reason: signal.reason };
    else this.#watch(totalTimeoutMs);
  }

  /** How the call was ended, if it was. */
  get end(): CancelledBy | undefined {
    // A signal that had an earlier listener may have aborted before this was told.
    if (this.#end === undefined && this.signal?.aborted) this.#endWith({ by: 'caller', reason: this.signal.reason });
    return this.#end;
  }

  /** Whether the caller has aborted, or the reader of its stream has left. */
  get isAborted(): boolean {
    return this.end?.by === 'caller';
  }

  /** Aborts when the call is ended, by whatever; `undefined` where nothing can end it. */
  get abortSignal(): AbortSignal | undefined {
    if (!this.isPossible) return undefined;
    this.#controller ??= new AbortController();
    if (this.#end !== undefined) this.#controller.abort();
    return this.#controller.signal;
  }

  /** Tells `listener` when the call is ended: at once when it is already. */
  listen(listener: CancellationListener): void {
    if (this.#end !== undefined) listener.cancelled();
    else if (this.isPossible) this.#listeners.add(listener);
  }

  unlisten(listener: CancellationListener): void {
    this.#listeners.delete(listener);
  }

  /** The caller ends the call by other means than its signal. */
  stop(reason: unknown): void {
    this.#endWith({ by: 'caller', reason });
  }

  /** The call is over: leaves no listener and no timer behind. */
  dispose(): void {
    this.#listeners.clear();
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

  #endWith(end: CancelledBy): void {
    if (this.#end !== undefined || !this.isPossible) return;
    this.#end = end;
    this.#controller?.abort();
    for (const listener of this.#listeners) listener.cancelled();
  }
}
