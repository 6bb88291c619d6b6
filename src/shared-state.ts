import type { UnavailableReason } from './failure/failure.ts';

/**
 * What several processes have in common, as `redisState()` makes it. What it is asked is not a public protocol: it may change with
 * any version.
 *
 * Times that travel are lengths in milliseconds, and are counted on the clock of the store: no two clocks are ever compared.
 */
export interface SharedState {
  /** Milliseconds after which an answer is not waited for any longer. */
  readonly timeoutMs: number;
  /** Milliseconds after which what an attempt holds is free again, unless it is renewed. */
  readonly leaseMs: number;
  /** Whether a question would be sent at once: a client that is not connected holds it back instead. */
  isReady(): boolean;
  /** The listener hears each time that the client has become ready, where it can tell. */
  onReady(listener: () => void): void;
  /** An attempt asks to start: it gets all that it claims, or nothing. */
  admit(request: AdmitRequest): Promise<Admission>;
  /** What has become of an attempt. Returns how the gates that it tells of stand now. Reporting twice does no harm. */
  report(report: Report): Promise<readonly GateRecord[]>;
  /** Which endpoint has stored what an id stands for. */
  ownerOf(id: string): Promise<string | undefined>;
  /** An endpoint has stored it. */
  remember(id: string, owner: string): Promise<void>;
}

/** An attempt that asks to start. */
export interface AdmitRequest {
  /** Names the endpoint: all its gates are kept together. */
  readonly place: string;
  readonly processId: string;
  readonly attemptId: string;
  readonly claims: readonly Claim[];
}

/** What an attempt asks of one gate. */
export type Claim =
  | {
      readonly kind: 'pass';
      readonly gate: string;
      /** Whether it is to be a probe, ahead of its time if need be. */
      readonly isProbe: boolean;
      /** Whether the first attempt after a cooldown is a probe that the others wait for. */
      readonly needsProbe: boolean;
      /** Milliseconds after its beginning at which a cooldown may be probed ahead of its time; `undefined` for never. */
      readonly earlyMs: number | undefined;
    }
  | { readonly kind: 'slot'; readonly gate: string; readonly limit: number }
  | {
      readonly kind: 'budget';
      readonly gate: string;
      readonly amount: number;
      /** The limit that is configured; without one, what another process has learned counts. */
      readonly perMinute: number | undefined;
      /** The stretch of time over which the service counts; `undefined` where its limit refills continuously. */
      readonly windowMs: number | undefined;
    };

/** The answer to an attempt that asks to start. */
export interface Admission {
  readonly isAdmitted: boolean;
  /** Processes that have asked about the endpoint within the last 30 seconds, this one included. */
  readonly processes: number;
  readonly gates: readonly GateRecord[];
}

/** How a gate stands. Records may be merged in any order: a later era wins, and within an era the longer closing. */
export interface GateRecord {
  readonly gate: string;
  /** Why it let the attempt not through, and when it is worth another question. */
  readonly closedBy?: UnavailableReason | undefined;
  readonly retryMs?: number | undefined;
  /** Grows with each recovery. Only of gates with a cooldown, as are the three that follow. */
  readonly era?: number | undefined;
  /** Milliseconds until the end of its cooldown; 0 when it has none. */
  readonly opensInMs?: number | undefined;
  /** The failure that closed it, as JSON. */
  readonly cause?: string | undefined;
  /** Whether the attempt is its probe. */
  readonly isProbe?: boolean | undefined;
  /** The limit, and what was left of it after the attempt. Only of budgets. */
  readonly perMinute?: number | undefined;
  readonly left?: number | undefined;
  /** Under which moment it was counted, where the service counts by windows. */
  readonly spentAt?: number | undefined;
}

/** What an attempt has to tell, of each gate that it claimed from. */
export interface Report {
  readonly place: string;
  readonly attemptId: string;
  readonly moves: readonly Move[];
}

/** What a gate is told. */
export type Move =
  | {
      readonly kind: 'pass';
      readonly gate: string;
      readonly ended: 'worked' | 'failed' | 'nothing' | 'renewed' | 'reset';
      /** Milliseconds since the attempt began. */
      readonly ageMs: number;
      /** How failures close it. */
      readonly rule?: CooldownRule | undefined;
      readonly cause?: string | undefined;
    }
  | { readonly kind: 'slot'; readonly gate: string; readonly isRenewed: boolean }
  | {
      readonly kind: 'budget';
      readonly gate: string;
      /** What was claimed and not used; negative when more was used. */
      readonly back: number;
      readonly spentAt: number | undefined;
      /** What was left after the attempt began, by our count, and by the service's. */
      readonly left: number | undefined;
      readonly remaining: number | undefined;
      /** The limit that the service states, and the windows by which it counts. */
      readonly perMinute: number | undefined;
      readonly windowMs: number | undefined;
    };

/** How failures close a gate: so many in a row, for so long; each further time in a row is `factor` times as long. */
export interface CooldownRule {
  readonly threshold: number;
  readonly initialMs: number;
  readonly factor: number;
  readonly maxMs: number;
  /** Whether it closes also while it is closed already, or is being probed. */
  readonly isCertain: boolean;
}
