import type { Route } from './route.ts';
import type { Ring } from '../ring/ring.ts';
import type { CallOptions } from '../sdk.ts';
import { Cancellation } from './cancellation.ts';
import type { CallContext } from './call-context.ts';
import type { HedgeBudget } from './hedge-budget.ts';
import { mayActTwice } from './may-act-twice.ts';

/** What is known of one call. It does not change while it lasts. */
export class CallParts {
  readonly ring: Ring;
  readonly options: CallOptions;
  readonly context: CallContext;
  readonly scope: Cancellation;
  readonly isStream: boolean;
  readonly route: Route | undefined;
  /** The budget for a second attempt, when the call may have one. */
  readonly hedging: HedgeBudget | undefined;

  constructor(ring: Ring, options: CallOptions, context: CallContext, isStream: boolean, route?: Route) {
    const { settings, clock } = context;
    this.ring = ring;
    this.options = options;
    this.context = context;
    this.isStream = isStream;
    this.route = route;
    this.hedging = settings.hedge === undefined || mayActTwice(options) ? undefined : context.hedgeBudgetOf(ring);
    this.hedging?.begin();
    this.scope = Cancellation.of(options.abortSignal, settings.totalTimeoutMs, clock, isStream);
  }
}
