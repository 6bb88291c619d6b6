import type { Deployment } from '../deployment/deployment.ts';
import type { Lease } from '../deployment/lease.ts';
import { AttemptTimeoutError, type TimeoutSetting } from '../errors/attempt-timeout-error.ts';
import type { CancellationListener } from '../queue/waiting-call.ts';
import type { Call } from './call.ts';
import { TimeLimits } from './time-limits.ts';

/** One call to one deployment: its lease, its time limits, and what interrupts it. How it ends is told by `AttemptEnd`. */
export class Attempt implements CancellationListener {
  readonly call: Call;
  readonly lease: Lease;
  /** 1 for the first attempt of the call. */
  readonly number: number;
  /** Whether it was started beside one that was silent. */
  readonly isHedge: boolean;
  /** To be handed to the model instead of the caller's own. */
  readonly signal: AbortSignal | undefined;
  /** Whether it has been silent for longer than nearly all answers take. */
  isOverdue = false;
  /** Whether its end has been told. */
  isOver = false;
  readonly #requestsBefore: number | undefined;
  readonly #controller: AbortController | undefined;
  readonly #limits: TimeLimits;
  #contentAt: number | undefined;
  #interruption: { readonly error: unknown } | undefined;
  #onInterrupt: ((error: unknown) => void) | undefined;
  #onDrop: ((reason: unknown) => void) | undefined;
  #dropped: { readonly reason: unknown } | undefined;

  constructor(call: Call, lease: Lease, isHedge: boolean) {
    const { cancellation, context, isStream } = call;
    this.call = call;
    this.lease = lease;
    this.isHedge = isHedge;
    call.attempts += 1;
    this.number = call.attempts;
    this.#requestsBefore = this.#requestsMade;
    this.#controller = this.#needsController ? new AbortController() : undefined;
    this.signal = this.#controller?.signal ?? cancellation.signal;
    this.#limits = new TimeLimits(context.clock, (setting, timeoutMs) => this.expire(setting, timeoutMs));
    const { attemptMs, firstContentMs } = context.settings.timeout;
    this.#limits.start('timeout.attemptMs', attemptMs);
    if (isStream) this.#limits.start('timeout.firstContentMs', firstContentMs);
    this.#tellStart();
    cancellation.listen(this);
  }

  get deployment(): Deployment {
    return this.lease.deployment;
  }

  get id(): string {
    return `${this.call.id}.${this.number}`;
  }

  /** When it began. */
  get startedAt(): number {
    return this.lease.startedAt;
  }

  /** When the first content was there, if it has been. */
  get contentAt(): number | undefined {
    return this.#contentAt;
  }

  /** Whether it is certain that there was no request: none has gone to its endpoint since it began. */
  get madeNoRequest(): boolean {
    return this.#requestsBefore !== undefined && this.#requestsMade === this.#requestsBefore;
  }

  /** The error that interrupted it. */
  get interruptedBy(): unknown {
    return this.#interruption?.error;
  }

  /** Whether what it may still bring is not wanted any more. */
  get isDropped(): boolean {
    return this.#dropped !== undefined;
  }

  /** The first content is there, or the whole answer: learns from how long it took, and from what the service states of its limits. */
  content(headers: Readonly<Record<string, string>> | undefined): void {
    if (this.isOver || this.#contentAt !== undefined) return;
    const { call, deployment, lease } = this;
    const { now } = call;
    const afterMs = now - this.startedAt;
    this.#contentAt = now;
    this.#limits.lift('timeout.firstContentMs');
    lease.learnLimits(headers, now);
    deployment.latency.record(now, afterMs);
    call.ring.times(call.isStream).record(afterMs);
    call.ring.hangs.gotContent(deployment, !this.isOverdue);
    lease.content();
    call.context.events.emit('content', () => ({
      callId: call.id,
      attemptId: this.id,
      modelId: call.ring.modelId,
      endpoint: deployment.endpoint.name,
      deployment: deployment.name,
      afterMs: Math.round(afterMs),
    }));
  }

  cancelled(): void {
    const { end } = this.call.cancellation;
    if (end?.by === 'caller') this.interrupt(end.reason);
    else if (end !== undefined) this.expire('totalTimeoutMs', end.timeoutMs);
  }

  /** Interrupts the attempt because the time of a setting is over. */
  expire(setting: TimeoutSetting, timeoutMs: number): void {
    this.interrupt(new AttemptTimeoutError({ setting, timeoutMs, endpoint: this.deployment.endpoint.name }));
  }

  /** Ends the wait for it from outside, at once, whether or not the model obeys its signal. */
  interrupt(error: unknown): void {
    if (this.#interruption !== undefined) return;
    this.#interruption = { error };
    this.#onInterrupt?.(error);
  }

  /** Waits for the model, but no longer than until an interruption. */
  wait<T>(answer: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#interruption !== undefined) reject(this.#interruption.error);
      this.#onInterrupt = reject;
      // A model that was handed in may return what is no promise.
      Promise.resolve(answer).then(resolve, reject);
    });
  }

  /** What hears of an interruption from now on, instead of a `wait`. */
  onInterrupt(listener: (error: unknown) => void): void {
    this.#onInterrupt = listener;
    if (this.#interruption !== undefined) listener(this.#interruption.error);
  }

  /** How to let go of what the model has opened, when it is no longer wanted. Called at once when that is so already. */
  onDrop(listener: (reason: unknown) => void): void {
    this.#onDrop = listener;
    if (this.#dropped !== undefined) listener(this.#dropped.reason);
  }

  /** Leaves no timer and no listener behind. */
  stopWatching(): void {
    this.#onInterrupt = undefined;
    this.#limits.liftAll();
    this.call.cancellation.unlisten(this);
  }

  /** What it may still bring is not wanted: closes its connection. */
  drop(reason: unknown): void {
    this.stopWatching();
    if (this.#dropped !== undefined) return;
    this.#dropped = { reason };
    this.#onDrop?.(reason);
    this.#controller?.abort(reason);
  }

  get #requestsMade(): number | undefined {
    return this.deployment.endpoint.type.requests?.made;
  }

  /** Whether something else than the caller's signal may end it while it is under way. */
  get #needsController(): boolean {
    const { cancellation, context, isStream, hedging } = this.call;
    const { attemptMs, firstContentMs, idleMs } = context.settings.timeout;
    if (hedging !== undefined || attemptMs !== undefined || cancellation.endsAt !== undefined) return true;
    // After the first attempt, the caller may have a stream already that it can leave at any time.
    return isStream && (this.number > 1 || firstContentMs !== undefined || idleMs !== undefined);
  }

  #tellStart(): void {
    const { call, deployment, lease } = this;
    const { context, records, ring, route } = call;
    const { modelId } = ring;
    const endpoint = deployment.endpoint.name;
    const last = records.lastFailure;
    if (!this.isHedge && last !== undefined && last.at !== deployment) {
      const from = last.at.endpoint.name;
      context.events.emit('failover', () => ({
        callId: call.id,
        modelId,
        from,
        to: endpoint,
        class: last.failure.class,
      }));
    }
    if (route?.isPinned === true && deployment.isDrained) {
      const message = `Endpoint "${endpoint}" is drained, but alone has stored what the call goes on from, so it was asked.`;
      context.events.emit('warning', () => ({ code: 'drained-endpoint-asked', endpoint, message }));
    }
    context.events.emit('attemptStart', () => ({
      callId: call.id,
      attemptId: this.id,
      attempt: this.number,
      modelId,
      endpoint,
      deployment: deployment.name,
      isProbe: lease.isProbe,
      isHedge: this.isHedge,
    }));
  }
}
