import type { CallRoute } from '../ring/call-route.ts';
import type { Ring } from '../ring/ring.ts';
import type { CallOptions } from '../sdk.ts';
import { CallScope } from './call-scope.ts';
import type { FailoverContext } from './failover-context.ts';
import type { HedgeBudget } from './hedge-budget.ts';
import { mayActTwice } from './may-act-twice.ts';

/** What is known of one call. It does not change while it lasts. */
export class CallParts {
  readonly ring: Ring;
  readonly options: CallOptions;
  readonly context: FailoverContext;
  readonly scope: CallScope;
  readonly isStream: boolean;
  readonly route: CallRoute | undefined;
  /** The budget for a second attempt, when the call may have one. */
  readonly hedging: HedgeBudget | undefined;

  constructor(ring: Ring, options: CallOptions, context: FailoverContext, isStream: boolean, route?: CallRoute) {
    const { settings, clock } = context;
    this.ring = ring;
    this.options = options;
    this.context = context;
    this.isStream = isStream;
    this.route = route;
    this.hedging = settings.hedge === undefined || mayActTwice(options) ? undefined : context.hedgeBudgetOf(ring);
    this.hedging?.begin();
    this.scope = CallScope.of(options.abortSignal, settings.totalTimeoutMs, clock, isStream);
  }
}
