import type { Deployment } from '../deployment/deployment.ts';
import type { AttemptRecord, FailureClass } from '../failure/failure.ts';
import type { BalancedEvents, CallLabel, TokenUsage } from '../events.ts';
import type { Chain } from '../ring/chain.ts';
import type { HedgeBudget } from '../ring/hedge-budget.ts';
import type { Ring } from '../ring/ring.ts';
import { type CallOptions, isLive } from '../sdk.ts';
import { type Deployments, NO_DEPLOYMENTS, union } from './deployments.ts';
import type { CallContext } from './call-context.ts';
import { Cancellation } from './cancellation.ts';
import { mayActTwice } from './may-act-twice.ts';
import type { Route } from './route.ts';
import type { Wishes } from './wishes.ts';

export type CallRequest = Pick<Call, 'ring' | 'chain' | 'options' | 'context' | 'isStream' | 'route' | 'wishes'>;

// Most calls end with their first attempt, and thousands may wait: lists are made when there is something in them.
const NONE: readonly never[] = [];

/** An attempt that has ended without success, and why. */
interface FailedAttempt {
  readonly record: AttemptRecord;
  readonly error: unknown;
}

/** The last failure of a call, and where it was. */
interface LastFailure {
  readonly at: Deployment;
  readonly class: FailureClass;
  /** A rejection about which another deployment is asked. */
  readonly doubted?: { readonly attempt: { readonly deployment: Deployment; refute(): void }; readonly error: unknown };
}

/** One `doGenerate`, `doStream` or `doEmbed` of ours: what is known of it, and what has become of it so far. */
export class Call {
  /** The ring that it is at: of its own model, or of one that stands in for it. It goes on only when no attempt is under way. */
  ring: Ring;
  readonly chain: Chain | undefined;
  readonly options: CallOptions;
  readonly context: CallContext;
  readonly isStream: boolean;
  readonly route: Route | undefined;
  /** What its caller says of where it goes. */
  readonly wishes: Wishes | undefined;
  readonly cancellation: Cancellation;
  /** The budget for a second attempt beside a silent one, when the call may have one. */
  readonly hedging: HedgeBudget | undefined;
  readonly startedAt: number;
  /** In the order in which they ended. */
  failures: readonly FailedAttempt[] = NONE;
  lastFailure: LastFailure | undefined;
  attempts = 0;
  /** Milliseconds spent in the queue. */
  waitedMs = 0;
  #id: string | undefined;
  #isOver = false;

  constructor({ ring, chain, options, context, isStream, route, wishes }: CallRequest) {
    const { settings, clock } = context;
    this.ring = ring;
    this.chain = chain;
    this.options = options;
    this.context = context;
    this.isStream = isStream;
    this.route = route;
    this.wishes = wishes;
    const isHedged = ring.hedgeBudget !== undefined && !mayActTwice(options) && !(isStream && isLive(ring.kind));
    this.hedging = isHedged ? ring.hedgeBudget : undefined;
    this.hedging?.begin();
    this.startedAt = clock.now();
    const { totalTimeoutMs } = settings;
    this.cancellation = new Cancellation({ callerSignal: options.abortSignal, totalTimeoutMs, clock });
    context.events.emit('callStart', () => ({ ...this.label, kind: ring.kind, isStream }));
  }

  /** Tells its events from those of other calls. Made when an event is. */
  get id(): string {
    return (this.#id ??= this.context.nextCallId());
  }

  /** All that it may go to. */
  get scope(): Ring | Chain {
    return this.chain ?? this.ring;
  }

  get isAtStandIn(): boolean {
    return this.chain !== undefined && this.ring !== this.chain.rings[0];
  }

  get label(): CallLabel {
    return { callId: this.id, modelId: this.ring.modelId, requestedModelId: this.scope.modelId };
  }

  /** Deployments that it cannot go to, whatever happens. */
  get barred(): Deployments {
    return union(this.route?.excluded ?? NO_DEPLOYMENTS, this.wishes?.barred ?? NO_DEPLOYMENTS);
  }

  /** Whether the service has rejected the request wherever it went. */
  get isRejected(): boolean {
    return this.failures.length > 0 && this.failures.every(({ record }) => record.class === 'rejected');
  }

  /** Not when it has made all the attempts that its caller allows. */
  get mayAskAgain(): boolean {
    return this.attempts < (this.wishes?.maxAttempts ?? this.attempts + 1);
  }

  get now(): number {
    return this.context.clock.now();
  }

  end(
    outcome: BalancedEvents['callEnd']['outcome'],
    answered?: { readonly deployment: Deployment; readonly contentAt: number | undefined },
    usage?: TokenUsage,
  ): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.cancellation.dispose();
    this.context.events.emit('callEnd', () => ({
      ...this.label,
      ...(answered === undefined && { modelId: this.scope.modelId }),
      outcome,
      endpoint: answered?.deployment.endpoint.name,
      attempts: this.attempts,
      durationMs: Math.round(this.now - this.startedAt),
      waitedMs: Math.round(this.waitedMs),
      firstContentMs: answered?.contentAt === undefined ? undefined : Math.round(answered.contentAt - this.startedAt),
      tokens: usage,
    }));
  }
}
