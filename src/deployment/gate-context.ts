import type { Clock } from '../clock.ts';
import type { EventEmitter } from '../events.ts';
import type { Revision } from '../gates/revision.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';

/** What all gates of a fleet are made with. */
export interface GateContext {
  readonly settings: ResolvedSettings;
  readonly clock: Clock;
  readonly events: EventEmitter;
  readonly revision: Revision;
}
