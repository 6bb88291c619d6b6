import type { TimerHandle } from '../clock.ts';
import { AttemptTimeoutError, type TimeoutSetting } from '../errors/attempt-timeout-error.ts';
import type { Lease } from '../deployment/lease.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { CallEndListener, Grant } from '../queue/waiter.ts';
import type { CallParts } from './call-parts.ts';
import type { Cancellation } from './cancellation.ts';
import type { CallContext } from './call-context.ts';

/** One call to one deployment: its hold on it, its time limits, and what interrupts it. */
export class Attempt implements CallEndListener {
  readonly deployment: Deployment;
  readonly lease: Lease;
  /** To be handed to the model instead of the caller's own. */
  readonly signal: AbortSignal | undefined;
  /** Whether it has been silent for longer than nearly all answers take. */
  isOverdue = false;
  readonly #context: CallContext;
  readonly #requestsBefore: number | undefined;
  readonly #controller: AbortController | undefined;
  readonly #scope: Cancellation;
  #timers: Map<TimeoutSetting, TimerHandle> | undefined;
  #hasContent = false;
  #interruption: { readonly error: unknown } | undefined;
  #onInterrupt: ((error: unknown) => void) | undefined;
  #onDrop: ((reason: unknown) => void) | undefined;
  #dropped: { readonly reason: unknown } | undefined;

  /** @param needsController whether somebody but the caller's signal may end it while it is under way. */
  constructor({ scope, context, isStream }: CallParts, { deployment, lease }: Grant, needsController: boolean) {
    const { attemptMs, firstContentMs, idleMs } = context.settings.timeout;
    this.deployment = deployment;
    this.lease = lease;
    this.#context = context;
    this.#requestsBefore = deployment.endpoint.type.requests?.made;
    const hasTimeLimit =
      attemptMs !== undefined ||
      scope.hasTimeLimit ||
      (isStream && (firstContentMs !== undefined || idleMs !== undefined));
    // A controller costs more than everything else here, so it is made only when the caller's signal is not enough.
    this.#controller = hasTimeLimit || needsController ? new AbortController() : undefined;
    this.signal = this.#controller?.signal ?? scope.signal;
    this.#scope = scope;
    if (scope.canEnd) scope.listen(this);
    if (attemptMs !== undefined) this.#limit('timeout.attemptMs', attemptMs);
    if (isStream && firstContentMs !== undefined) this.#limit('timeout.firstContentMs', firstContentMs);
  }

  /** The call was ended from outside. */
  callEnded(): void {
    const { end } = this.#scope;
    if (end?.by === 'caller') this.interrupt(end.reason);
    else if (end !== undefined) this.interrupt(this.#timedOut('totalTimeoutMs', end.timeoutMs));
  }

  /** Whether nobody is interested in it any more. */
  get isDropped(): boolean {
    return this.#dropped !== undefined;
  }

  /** Whether it is certain that there was no request: none has gone to its endpoint since it began. */
  get madeNoRequest(): boolean {
    return this.#requestsBefore !== undefined && this.deployment.endpoint.type.requests?.made === this.#requestsBefore;
  }

  /** The error that interrupted it. */
  get interruptedBy(): unknown {
    return this.#interruption?.error;
  }

  /** Whether it has given content. */
  get hasContent(): boolean {
    return this.#hasContent;
  }

  /** The first content is there. */
  gotContent(): void {
    this.#hasContent = true;
    this.#lift('timeout.firstContentMs');
  }

  /** When it began. */
  get startedAt(): number {
    return this.lease.startedAt;
  }

  /** Interrupts the attempt because the time of a setting is over. */
  expire(setting: TimeoutSetting, timeoutMs: number): void {
    this.interrupt(this.#timedOut(setting, timeoutMs));
  }

  /** Ends the attempt from outside: whoever waits for it hears at once, whether or not the model obeys its signal. */
  interrupt(error: unknown): void {
    if (this.#interruption !== undefined) return;
    this.#interruption = { error };
    this.#onInterrupt?.(error);
  }

  /** Waits for the model, but no longer than until an interruption. */
  wait<T>(answer: PromiseLike<T>): PromiseLike<T> {
    if (this.#controller === undefined && !this.#scope.canEnd) return answer;
    return new Promise((resolve, reject) => {
      if (this.#interruption !== undefined) reject(this.#interruption.error);
      this.#onInterrupt = reject;
      // A model of somebody else's may return what is no promise.
      Promise.resolve(answer).then(resolve, reject);
    });
  }

  /** Who hears of an interruption from now on, instead of a `wait`. */
  onInterrupt(listener: (error: unknown) => void): void {
    this.#onInterrupt = listener;
    if (this.#interruption !== undefined) listener(this.#interruption.error);
  }

  /** How to let go of what the model has opened, when it is no longer wanted. Called at once when that is so already. */
  onDrop(listener: (reason: unknown) => void): void {
    this.#onDrop = listener;
    if (this.#dropped !== undefined) listener(this.#dropped.reason);
  }

  /** The attempt is over: leaves no timer and no listener behind. Its lease is settled by whoever knows how it went. */
  end(): void {
    this.#onInterrupt = undefined;
    if (this.#scope.canEnd) this.#scope.unlisten(this);
    if (this.#timers === undefined) return;
    for (const setting of this.#timers.keys()) this.#lift(setting);
  }

  /** The attempt is over, and what it may still bring is not wanted: closes its connection. */
  drop(reason: unknown): void {
    this.end();
    if (this.#dropped !== undefined) return;
    this.#dropped = { reason };
    this.#onDrop?.(reason);
    this.#controller?.abort(reason);
  }

  #limit(setting: TimeoutSetting, timeoutMs: number): void {
    this.#timers ??= new Map();
    this.#timers.set(
      setting,
      this.#context.clock.setTimeout(() => this.expire(setting, timeoutMs), timeoutMs),
    );
  }

  #lift(setting: TimeoutSetting): void {
    const timer = this.#timers?.get(setting);
    if (timer === undefined) return;
    this.#context.clock.clearTimeout(timer);
    this.#timers?.delete(setting);
  }

  #timedOut(setting: TimeoutSetting, timeoutMs: number): AttemptTimeoutError {
    return new AttemptTimeoutError({ setting, timeoutMs, endpoint: this.deployment.endpoint.name });
  }
}
