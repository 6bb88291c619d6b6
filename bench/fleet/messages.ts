import type { AttemptRecord, CallRecord, Effort } from './records.ts';

/*
 * What the processes of a run tell each other. Each child is started with its first message's fields already known to it
 * through `RunSettings`; everything else is drawn from the seed on either side.
 */

export interface RunSettings {
  readonly scenario: string;
  readonly seed: number;
  readonly timeFactor: number;
}

export type ToServer =
  | ({ readonly type: 'open' } & RunSettings)
  | { readonly type: 'start'; readonly startsAtRealMs: number }
  | { readonly type: 'stop' };

export type FromServer =
  | { readonly type: 'opened'; readonly ports: readonly number[]; readonly calibrationPort: number }
  | { readonly type: 'stopped'; readonly attempts: readonly AttemptRecord[]; readonly effort: Effort };

export type ToClient =
  | ({
      readonly type: 'prepare';
      readonly contestant: string;
      readonly ports: readonly number[];
      readonly calibrationPort: number;
    } & RunSettings)
  | { readonly type: 'start'; readonly startsAtRealMs: number };

export type FromClient =
  | { readonly type: 'prepared'; readonly transportMs: number }
  | { readonly type: 'finished'; readonly calls: readonly CallRecord[]; readonly effort: Effort };
