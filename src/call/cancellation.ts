import type { Clock, TimerHandle } from '../clock.ts';
import type { AbortListener, EndSignal } from '../queue/waiting-call.ts';

/** How a call was ended from outside. */
export type CancelledBy =
  | { readonly by: 'caller'; readonly reason: unknown }
  | { readonly by: 'totalTimeout'; readonly timeoutMs: number };

export interface CancellationOptions {
  readonly callerSignal: AbortSignal | undefined;
  readonly totalTimeoutMs: number | undefined;
  readonly clock: Clock;
}

/**
 * What ends a call from outside, whatever it is doing: its caller's abort, and `totalTimeoutMs`. Listeners come and go as at an
 * `AbortSignal`; it is none, since one for each call would be most of what a call that waits takes of memory.
 */
export class Cancellation implements EndSignal {
  readonly callerSignal: AbortSignal | undefined;
  /** When the time limit of the call ends it; `undefined` without one. */
  readonly endsAt: number | undefined;
  readonly #clock: Clock;
  // Nearly always there is one listener: a set is made for a second.
  #listener: AbortListener | undefined;
  #others: Set<AbortListener> | undefined;
  #timer: TimerHandle | undefined;
  #end: CancelledBy | undefined;

  constructor({ callerSignal, totalTimeoutMs, clock }: CancellationOptions) {
    this.callerSignal = callerSignal;
    this.#clock = clock;
    callerSignal?.addEventListener('abort', this, { once: true });
    if (totalTimeoutMs === undefined) return;
    this.endsAt = clock.now() + totalTimeoutMs;
    const expire = (): void => this.#endWith({ by: 'totalTimeout', timeoutMs: totalTimeoutMs });
    this.#timer = clock.setTimeLimit(expire, totalTimeoutMs);
  }

  get end(): CancelledBy | undefined {
    // A signal that had an earlier listener, or has aborted before the call, may not have told this one.
    if (this.#end === undefined && this.callerSignal?.aborted) this.handleEvent();
    return this.#end;
  }

  /** Whether the caller has aborted, or the reader of its stream has left. */
  get isAborted(): boolean {
    return this.end?.by === 'caller';
  }

  /** A listener that comes too late is told at once: what led to its wait may have ended the call. */
  addEventListener(_: 'abort', listener: AbortListener): void {
    if (this.end !== undefined) tell(listener);
    else if (this.#listener === undefined) this.#listener = listener;
    else (this.#others ??= new Set()).add(listener);
  }

  removeEventListener(_: 'abort', listener: AbortListener): void {
    if (this.#listener === listener) this.#listener = undefined;
    else this.#others?.delete(listener);
  }

  throwIfAborted(): void {
    if (this.end !== undefined) throw new Error('The call was ended.');
  }

  /** The caller ends the call by other means than its signal. */
  stop(reason: unknown): void {
    this.#endWith({ by: 'caller', reason });
  }

  dispose(): void {
    this.callerSignal?.removeEventListener('abort', this);
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
  }

  /** The caller's signal aborts. An object listens, not a closure: there is one for each call. */
  handleEvent(): void {
    this.stop(this.callerSignal?.reason);
  }

  #endWith(end: CancelledBy): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    for (const listener of [this.#listener, ...(this.#others ?? [])]) tell(listener);
  }
}

function tell(listener: AbortListener | undefined): void {
  if (typeof listener === 'function') listener();
  else listener?.handleEvent();
}
