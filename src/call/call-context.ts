import type { Clock } from '../clock.ts';
import type { EventEmitter } from '../events.ts';
import type { HedgeBudget } from './hedge-budget.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { Ring } from '../ring/ring.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';

/** What every call of a provider shares, and none changes. */
export interface CallContext {
  readonly settings: ResolvedSettings;
  readonly clock: Clock;
  readonly events: EventEmitter;
  /** How many extra attempts each ring may make. */
  readonly hedgeBudgetOf: (ring: Ring) => HedgeBudget | undefined;
  /** Sees to it that credentials are there for those who could serve a call, before its first attempt. */
  readonly requireCredentials: (serving: readonly Deployment[]) => void;
}
