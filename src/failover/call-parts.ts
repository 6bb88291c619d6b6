import type { CallRoute } from '../ring/call-route.ts';
import type { Ring } from '../ring/ring.ts';
import type { CallOptions } from '../sdk.ts';
import type { CallScope } from './call-scope.ts';
import type { FailoverContext } from './failover-context.ts';
import type { HedgeBudget } from './hedge-budget.ts';

/** What is known of one call. It does not change while it lasts. */
export interface CallParts {
  readonly ring: Ring;
  readonly options: CallOptions;
  readonly context: FailoverContext;
  readonly scope: CallScope;
  readonly isStream: boolean;
  readonly route: CallRoute | undefined;
  /** The budget for a second attempt, when the call may have one. */
  readonly hedging: HedgeBudget | undefined;
}
