import type { Clock } from '../clock.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { EventEmitter } from '../event-emitter.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';
import type { LocalView } from '../state/local-view.ts';

/** What every call of a provider shares, and none changes. */
export interface CallContext {
  readonly settings: ResolvedSettings;
  readonly clock: Clock;
  readonly events: EventEmitter;
  /** What processes share, where they share anything. */
  readonly shared?: LocalView | undefined;
  readonly nextCallId: () => string;
  /** Makes sure, before the first attempt, that the deployments that could serve a call have their credentials. */
  readonly requireCredentials: (serving: readonly Deployment[]) => void;
}
