import type { Deployment } from './deployment.ts';

/** Chooses among deployments that are available and equally preferred. One for each ring. */
export interface Picker {
  /**
   * Chooses one, and takes it that it is asked.
   *
   * @param available in the order configured; never empty. The same array is given again until something changes.
   */
  pick(available: readonly Deployment[]): Deployment;
}
