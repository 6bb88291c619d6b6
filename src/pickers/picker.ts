import type { Deployment } from '../deployment/deployment.ts';

/** What a picker is told beside the deployments that are available. */
export interface PickContext {
  readonly now: number;
  /** A failover or a hedge: it must not advance the rotation. */
  readonly isFailover: boolean;
  /** The model id that the caller asked for. */
  readonly modelId: string;
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
