import type { Deployment } from '../deployment/deployment.ts';

/** What a picker is told beside who is available. */
export interface PickContext {
  readonly now: number;
  /** Whether somebody was passed over who had its turn: this pick is nobody's turn. */
  readonly isFailover: boolean;
  /** The model id that the caller asked for. */
  readonly modelId: string;
  /**
   * Milliseconds until a deployment's quota is full again, when quotas are known and getting scarce. What comes in after that is
   * lost, so the one that is full soonest is to be spent first.
   */
  readonly msUntilFull: ((deployment: Deployment) => number) | undefined;
  /** Share of the calls that a deployment is to have, relative to others. */
  readonly weightOf: (deployment: Deployment) => number;
}

/** Chooses among deployments that are available and equally preferred. One for each ring. */
export interface Picker {
  /**
   * Chooses one, and takes it that it is asked.
   *
   * @param available in the order configured; never empty. The same array is given again until something changes.
   */
  pick(available: readonly Deployment[], context: PickContext): Deployment;
}
