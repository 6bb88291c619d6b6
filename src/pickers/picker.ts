import type { Deployment } from '../deployment/deployment.ts';

/** What a picker is told beside the deployments that are available. */
export interface PickContext {
  readonly now: number;
  /** A failover or a hedge: it must not advance the rotation. */
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

/**
 * Chooses one of the deployments that are available and equally preferred, and takes it that it is asked. One for each ring.
 *
 * @param available in the order configured; never empty. The same array is given again until something changes.
 */
export interface Picker {
  (available: readonly Deployment[], context: PickContext): Deployment;
  /** One that will choose as this one would, and has nothing in common with it: for a look ahead. */
  copy(): Picker;
}

/** A picker that remembers nothing. */
export function statelessPicker(pick: (available: readonly Deployment[], context: PickContext) => Deployment): Picker {
  const picker = Object.assign(pick, { copy: () => picker });
  return picker;
}
