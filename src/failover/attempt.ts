import type { TimerHandle } from '../clock.ts';
import { AttemptTimeoutError, type TimeoutSetting } from '../errors/attempt-timeout-error.ts';
import type { Lease } from '../health/lease.ts';
import type { Deployment } from '../ring/deployment.ts';
import type { CallScope } from './call-scope.ts';
import type { FailoverContext } from './failover-context.ts';

/** What an attempt is for. */
export interface AttemptKind {
  readonly isStream: boolean;
  /** Made while a reader already has the stream, and can leave at any time. */
  readonly isContinued: boolean;
}

/** One call to one deployment: its hold on it, its time limits, and what interrupts it. */
export class Attempt {
  readonly deployment: Deployment;
  readonly startedAt: number;
  readonly lease: Lease;
  /** To be handed to the model instead of the caller's own. */
  readonly signal: AbortSignal | undefined;
  /** When it last gave something; its start before it did. */
  lastSignAt: number;
  readonly #context: FailoverContext;
  readonly #controller: AbortController | undefined;
  readonly #stopListening: (() => void) | undefined;
  readonly #timers = new Map<TimeoutSetting, TimerHandle>();
  #interruption: { readonly error: unknown } | undefined;
  #onInterrupt: ((error: unknown) => void) | undefined;

  constructor(
    deployment: Deployment,
    scope: CallScope,
    context: FailoverContext,
    { isStream, isContinued }: AttemptKind,
  ) {
    const { attemptMs, firstContentMs, idleMs } = context.settings.timeout;
    this.deployment = deployment;
    this.lease = deployment.lease();
    this.startedAt = context.clock.now();
    this.lastSignAt = this.startedAt;
    this.#context = context;
    const hasTimeLimit =
      attemptMs !== undefined ||
      scope.hasTimeLimit ||
      (isStream && (firstContentMs !== undefined || idleMs !== undefined));
    // A controller costs more than everything else here, so it is made only when the caller's signal is not enough.
    this.#controller = hasTimeLimit || isContinued ? new AbortController() : undefined;
    this.signal = this.#controller?.signal ?? scope.signal;
    this.#stopListening = scope.canEnd
      ? scope.onEnd((end) =>
          this.interrupt(end.by === 'caller' ? end.reason : this.#timedOut('totalTimeoutMs', end.timeoutMs)),
        )
      : undefined;
    if (attemptMs !== undefined) this.#limit('timeout.attemptMs', attemptMs);
    if (isStream && firstContentMs !== undefined) this.#limit('timeout.firstContentMs', firstContentMs);
  }

  #limit(setting: TimeoutSetting, timeoutMs: number): void {
    const timer = this.#context.clock.setTimeout(() => this.expire(setting, timeoutMs), timeoutMs);
    this.#timers.set(setting, timer);
  }

  /** Interrupts the attempt because the time of a setting is over. */
  expire(setting: TimeoutSetting, timeoutMs: number): void {
    this.interrupt(this.#timedOut(setting, timeoutMs));
  }

  lift(setting: TimeoutSetting): void {
    const timer = this.#timers.get(setting);
    if (timer === undefined) return;
    this.#context.clock.clearTimeout(timer);
    this.#timers.delete(setting);
  }

  /** Ends the attempt from outside: whoever waits for it hears at once, whether or not the model obeys its signal. */
  interrupt(error: unknown): void {
    if (this.#interruption !== undefined) return;
    this.#interruption = { error };
    this.#onInterrupt?.(error);
    this.#controller?.abort(error);
  }

  /** Waits for the model, but no longer than until an interruption. What arrives after that goes to `discard`. */
  wait<T>(answer: PromiseLike<T>, discard?: (late: T) => void): PromiseLike<T> {
    if (this.#controller === undefined && this.#stopListening === undefined) return answer;
    return new Promise((resolve, reject) => {
      if (this.#interruption !== undefined) reject(this.#interruption.error);
      this.#onInterrupt = reject;
      answer.then((value) => {
        if (this.#interruption === undefined) resolve(value);
        else discard?.(value);
      }, reject);
    });
  }

  /** Who hears of an interruption from now on, instead of a `wait`. */
  onInterrupt(listener: (error: unknown) => void): void {
    this.#onInterrupt = listener;
  }

  /** The attempt is over: leaves no timer and no listener behind. Its lease is settled by whoever knows how it went. */
  end(): void {
    this.#onInterrupt = undefined;
    this.#stopListening?.();
    for (const setting of this.#timers.keys()) this.lift(setting);
  }

  #timedOut(setting: TimeoutSetting, timeoutMs: number): AttemptTimeoutError {
    return new AttemptTimeoutError({ setting, timeoutMs, endpoint: this.deployment.endpoint.name });
  }
}
