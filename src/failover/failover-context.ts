import type { Clock } from '../clock.ts';
import type { EventEmitter } from '../events.ts';
import type { OwnerMemory } from '../portability/owner-memory.ts';
import type { Deployment } from '../ring/deployment.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';

/** What every call of a provider shares, and none changes. */
export interface FailoverContext {
  readonly settings: ResolvedSettings;
  readonly clock: Clock;
  readonly events: EventEmitter;
  /** Which endpoint has stored what. */
  readonly owners: OwnerMemory;
  /** Sees to it that credentials are there for those who could serve a call, before its first attempt. */
  readonly requireCredentials: (serving: readonly Deployment[]) => void;
}
