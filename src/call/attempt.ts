import type { TimerHandle } from '../clock.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { Lease } from '../deployment/lease.ts';
import type { AttemptLabel } from '../events.ts';
import { AttemptTimeoutError, type TimeoutSetting } from '../errors/attempt-timeout-error.ts';
import type { Call } from './call.ts';

/** One call to one deployment: its lease, its time limits, and what interrupts it. How it ends is told by `AttemptEnd`. */
export class Attempt {
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
  /** When the first content was there, if it has been. */
  contentAt: number | undefined;
  readonly #requestsBefore: number | undefined;
  readonly #controller: AbortController | undefined;
  #label: AttemptLabel | undefined;
  #timers: TimerHandle[] | undefined;
  #interruption: { readonly error: unknown } | undefined;
  #onInterrupt: ((error: unknown) => void) | undefined;
  #onDrop: ((reason: unknown) => void) | undefined;
  #dropped: { readonly reason: unknown } | undefined;

  constructor(call: Call, lease: Lease, isHedge: boolean) {
    const { cancellation, isStream } = call;
    this.call = call;
    this.lease = lease;
    this.isHedge = isHedge;
    call.attempts += 1;
    this.number = call.attempts;
    this.#requestsBefore = this.#requestsMade;
    this.#controller = this.#needsController ? new AbortController() : undefined;
    this.signal = this.#controller?.signal ?? cancellation.callerSignal;
    const { attemptMs, firstContentMs } = lease.deployment.timeout;
    this.#limit('timeout.attemptMs', attemptMs);
    if (isStream) this.#limit('timeout.firstContentMs', firstContentMs);
    this.#watchForHangs();
    this.#tellStart();
    cancellation.addEventListener('abort', this);
  }

  get deployment(): Deployment {
    return this.lease.deployment;
  }

  /** Made once, when an event is: an id that is put together anew costs each listener that looks it up. */
  get label(): AttemptLabel {
    const { call, number, deployment } = this;
    return (this.#label ??= {
      ...call.label,
      attemptId: `${call.id}.${number}`,
      endpoint: deployment.endpoint.name,
      deployment: deployment.name,
    });
  }

  get startedAt(): number {
    return this.lease.startedAt;
  }

  get silentMs(): number {
    return this.call.now - this.startedAt;
  }

  /** What it is let go for when it has been silent for so long. */
  get silence(): AttemptTimeoutError {
    return this.#timeout('hedge.afterMs', Math.round(this.silentMs));
  }

  /** Whether it is certain that there was no request: none has gone to its endpoint since it began. */
  get madeNoRequest(): boolean {
    return this.#requestsBefore !== undefined && this.#requestsMade === this.#requestsBefore;
  }

  get interruptedBy(): unknown {
    return this.#interruption?.error;
  }

  /** Whether what it may still bring is not wanted any more. */
  get isDropped(): boolean {
    return this.#dropped !== undefined;
  }

  /** The first content is there, or the whole answer: learns from how long it took, and from what the service states of its limits. */
  content(headers: unknown): void {
    if (this.isOver || this.contentAt !== undefined) return;
    const { call, deployment, lease } = this;
    const { now } = call;
    const afterMs = now - this.startedAt;
    this.contentAt = now;
    // Told before what it causes.
    call.context.events.emit('content', () => ({ ...this.label, afterMs: Math.round(afterMs) }));
    const stated = lease.learnLimits(headers, now);
    call.context.shared?.learn(lease, stated);
    deployment.latency.record(now, afterMs);
    call.ring.hangs(call.isStream)?.answered(deployment, this.startedAt, afterMs);
    call.ring.times(call.isStream).record(deployment, this.startedAt, afterMs);
    deployment.rejections.answered();
    call.ring.sharedQuotas.answered(deployment, this.startedAt);
    call.lastFailure?.doubted?.attempt.refute();
    // The gates hear of a whole answer at once, when it ends: in between, a call that waits would find its place still taken.
    if (!call.isStream) return;
    lease.content();
    call.context.shared?.content(lease);
  }

  handleEvent(): void {
    const { end } = this.call.cancellation;
    if (end?.by === 'caller') this.interrupt(end.reason);
    else if (end !== undefined) this.expire('totalTimeoutMs', end.timeoutMs);
  }

  /** Another deployment has answered what this one has rejected: it counts as a failure, as any other. */
  refute(): void {
    const { deployment, lease, startedAt } = this;
    deployment.rejections.refuted();
    deployment.gates.breaker.fail(lease.isProbe, startedAt, { class: 'retryable' });
  }

  /** Interrupts the attempt because the time of a setting is over. */
  expire(setting: TimeoutSetting, timeoutMs: number): void {
    this.interrupt(this.#timeout(setting, timeoutMs));
  }

  #timeout(setting: TimeoutSetting, timeoutMs: number): AttemptTimeoutError {
    return new AttemptTimeoutError({ setting, timeoutMs, endpoint: this.deployment.endpoint.name });
  }

  /** Ends the wait for it from outside, at once, whether or not the model obeys its signal. */
  interrupt(error: unknown): void {
    if (this.#interruption !== undefined) return;
    this.#interruption = { error };
    this.#onInterrupt?.(error);
  }

  /** Waits for the model, but no longer than until an interruption. */
  wait<T>(answer: Promise<T>): Promise<T> {
    if (this.signal === undefined && !this.call.isStream) return answer;
    return new Promise((resolve, reject) => {
      if (this.#interruption !== undefined) reject(this.#interruption.error);
      this.#onInterrupt = reject;
      answer.then(resolve, reject);
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

  stopWatching(): void {
    this.#onInterrupt = undefined;
    for (const timer of this.#timers ?? []) this.call.context.clock.clearTimeout(timer);
    this.call.cancellation.removeEventListener('abort', this);
  }

  /** What it may still bring is not wanted: closes its connection. */
  drop(reason: unknown): void {
    this.stopWatching();
    if (this.#dropped !== undefined) return;
    this.#dropped = { reason };
    this.#onDrop?.(reason);
    this.#controller?.abort(reason);
  }

  #watchForHangs(): void {
    const { call, lease, deployment, startedAt } = this;
    const hangs = call.ring.hangs(call.isStream);
    if (!lease.isProbe) hangs?.started(deployment, startedAt);
    else if (hangs !== undefined) {
      // The probe goes on: it is its deployment that waits for another.
      this.#startTimer(hangs.probePatienceMs(deployment), () => lease.hang());
    }
  }

  #limit(setting: TimeoutSetting, timeoutMs: number | undefined): void {
    if (timeoutMs === undefined) return;
    this.#startTimer(timeoutMs, () => {
      if (setting !== 'timeout.firstContentMs' || this.contentAt === undefined) this.expire(setting, timeoutMs);
    });
  }

  #startTimer(delayMs: number, act: () => void): void {
    this.#timers ??= [];
    this.#timers.push(this.call.context.clock.setTimeLimit(act, delayMs));
  }

  get #requestsMade(): number | undefined {
    return this.deployment.endpoint.type.requests?.made;
  }

  /** Whether something else than the caller's signal may end it while it is under way. */
  get #needsController(): boolean {
    const { cancellation, isStream, hedging } = this.call;
    const { attemptMs, firstContentMs, idleMs } = this.deployment.timeout;
    if (hedging !== undefined || attemptMs !== undefined || cancellation.endsAt !== undefined) return true;
    // After the first attempt, the caller may have a stream already that it can leave at any time.
    return isStream && (this.number > 1 || firstContentMs !== undefined || idleMs !== undefined);
  }

  #tellStart(): void {
    const { call, deployment, lease, number, isHedge } = this;
    const { context, lastFailure, route } = call;
    const { events } = context;
    const endpoint = deployment.endpoint.name;
    if (!isHedge && lastFailure !== undefined && lastFailure.at !== deployment) {
      const { at, class: failureClass } = lastFailure;
      events.emit('failover', () => ({
        ...call.label,
        from: at.endpoint.name,
        to: endpoint,
        class: failureClass,
      }));
    }
    if (route?.isPinned === true && deployment.isDrained) {
      const message = `Endpoint "${endpoint}" is drained, but alone has stored what the call goes on from, so it was asked.`;
      events.emit('warning', () => ({ code: 'drained-endpoint-asked', endpoint, message }));
    }
    events.emit('attemptStart', () => ({
      ...this.label,
      attempt: number,
      isProbe: lease.isProbe,
      isHedge,
      provider: deployment.target(call.ring.kind).providerName,
      server: deployment.endpoint.server,
    }));
  }
}
