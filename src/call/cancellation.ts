import type { Clock, TimerHandle } from '../clock.ts';

/** How a call was ended from outside. */
export type CancelledBy =
  | { readonly by: 'caller'; readonly reason: unknown }
  | { readonly by: 'totalTimeout'; readonly timeoutMs: number };

/** What may end a call from outside. */
export interface CancellationOptions {
  readonly callerSignal: AbortSignal | undefined;
  readonly totalTimeoutMs: number | undefined;
  readonly clock: Clock;
  /** The reader of a stream can always leave. */
  readonly isStream: boolean;
}

/** What ends a call from outside, whatever it is doing: its caller's abort, and `totalTimeoutMs`. */
export class Cancellation implements EventListenerObject {
  readonly callerSignal: AbortSignal | undefined;
  /** When the time limit of the call ends it; `undefined` without one. */
  readonly endsAt: number | undefined;
  readonly #controller: AbortController | undefined;
  readonly #clock: Clock;
  #timer: TimerHandle | undefined;
  #end: CancelledBy | undefined;

  constructor({ callerSignal, totalTimeoutMs, clock, isStream }: CancellationOptions) {
    this.callerSignal = callerSignal;
    this.#clock = clock;
    const isPossible = isStream || callerSignal !== undefined || totalTimeoutMs !== undefined;
    this.#controller = isPossible ? new AbortController() : undefined;
    callerSignal?.addEventListener('abort', this, { once: true });
    if (totalTimeoutMs === undefined) return;
    this.endsAt = clock.now() + totalTimeoutMs;
    const expire = (): void => this.#endWith({ by: 'totalTimeout', timeoutMs: totalTimeoutMs });
    this.#timer = clock.setTimeout(expire, totalTimeoutMs);
  }

  /** Aborts when the call is ended, by whatever; `undefined` where nothing can end it. */
  get signal(): AbortSignal | undefined {
    return this.#controller?.signal;
  }

  /** How the call was ended, if it was. */
  get end(): CancelledBy | undefined {
    // A signal that had an earlier listener, or has aborted before the call, may not have told this one.
    if (this.callerSignal?.aborted) this.handleEvent();
    return this.#end;
  }

  /** Whether the caller has aborted, or the reader of its stream has left. */
  get isAborted(): boolean {
    return this.end?.by === 'caller';
  }

  /** The caller ends the call by other means than its signal. */
  stop(reason: unknown): void {
    this.#endWith({ by: 'caller', reason });
  }

  /** The call is over: leaves no listener and no timer behind. */
  dispose(): void {
    this.callerSignal?.removeEventListener('abort', this);
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
  }

  /** The caller's signal aborts. An object listens, not a closure: there is one for each call. */
  handleEvent(): void {
    this.stop(this.callerSignal?.reason);
  }

  #endWith(end: CancelledBy): void {
    this.#end ??= end;
    this.#controller?.abort();
  }
}
