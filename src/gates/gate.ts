import type { Failure, UnavailableReason } from '../failure/failure.ts';
import type { StatedLimits } from '../limits/stated-limits.ts';
import type { Opening } from './opening.ts';
import type { Outcome } from './outcome.ts';

/** Why a gate is closed, while it is. */
export interface Closing {
  readonly reason: UnavailableReason;
  /** Since when, on the core's clock, where that is known. */
  readonly since?: number | undefined;
  /** The failure that closed it, where it was one. */
  readonly cause?: Failure | undefined;
}

/** Why a gate lets an attempt not through, and until when. */
export interface Closure extends Closing {
  readonly opens: Opening;
}

/** One reason for which a deployment may not be asked now. Several deployments may stand behind the same gate. */
export interface Gate {
  /** Whether a probe may be sent ahead of time, while nothing else is available. @default false */
  readonly allowsEarlyProbe?: boolean;
  /** Whether a call passes all the same that no other deployment can serve. @default false */
  readonly admitsPinned?: boolean;
  readonly closing: Closing;
  /** When an attempt that is expected to use so many tokens may start, as far as this gate is concerned. */
  opens(now: number, tokens: number): Opening;
  /** An attempt starts. Returns what it holds of the gate, if it holds anything. */
  enter(now: number, tokens: number): Pass | undefined;
  /** Forgets what was learned from answers and failures. What is closed by hand stays closed. */
  reset?(now: number): void;
}

/** What one attempt holds of one gate. */
export interface Pass {
  /** Whether the attempt was sent to find out whether its deployment, or its endpoint, works again. */
  readonly isProbe?: boolean;
  /** The first content is there: the service works, however long the rest takes. Called once at the most. */
  content?(): void;
  /** The service has stated its limits in the answer. */
  learnLimits?(stated: StatedLimits, now: number): void;
  /** The attempt is silent for so long that, if it is a probe, it has failed as one. It goes on. */
  hang?(): void;
  /** The attempt has ended. Called once. */
  settle(outcome: Outcome, now: number): void;
}

/** Why a gate lets no attempt of so many tokens through; `undefined` while it does. */
export function closureOf(gate: Gate, now: number, tokens: number): Closure | undefined {
  const opens = gate.opens(now, tokens);
  return opens === 'now' ? undefined : { ...gate.closing, opens };
}
