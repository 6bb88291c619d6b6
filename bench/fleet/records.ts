import type { Misbehaviour } from './scenario.ts';

/** What a server saw of one request. */
export interface AttemptRecord {
  readonly callId: number;
  readonly server: number;
  readonly atMs: number;
  /** How it was met. `closed` when the client left before the end. */
  outcome: 'answered' | 'rate-limited' | 'bad-request' | 'dead' | 'silent' | 'closed' | Misbehaviour;
  isCacheHit: boolean;
}

/** What the application saw of one call. */
export interface CallRecord {
  readonly callId: number;
  /** Times of the first content and of the end. */
  readonly firstContentAtMs: number | undefined;
  readonly endedAtMs: number;
  /** `wrong`: it ended like a whole answer, and was not. `open`: it had not ended when everything was over. */
  readonly outcome: 'answered' | 'failed' | 'wrong' | 'open';
  readonly text: string;
  readonly error: string | undefined;
}

/** How hard a process worked. */
export interface Effort {
  /** Share of one processor. */
  readonly cpu: number;
  /** 99th percentile of how late the event loop was, in real milliseconds. */
  readonly lagP99RealMs: number;
}

/** Everything that was observed of a contestant in a scenario. */
export interface Observation {
  readonly calls: readonly CallRecord[];
  readonly attempts: readonly AttemptRecord[];
  readonly client: Effort;
  readonly server: Effort;
  /** What one plain call costs above its service time, in milliseconds of benchmark time. */
  readonly transportMs: number;
}
