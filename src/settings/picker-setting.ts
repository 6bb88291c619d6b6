/** A deployment as a picker function sees it. */
export interface PickableDeployment {
  /** Name of the endpoint. */
  readonly endpoint: string;
  /** Name that the model has there. */
  readonly deployment: string;
  readonly weight: number;
  readonly priority: number;
  /** Attempts under way. */
  readonly inFlight: number;
  /** Milliseconds that it usually takes to the first content of a stream or to an answer; 0 before anything is known. */
  readonly latencyMs: number;
}

/** Chooses one of the deployments that are available now, all of one priority. Called synchronously for each attempt, and by `explain()`. */
export type PickerFunction = (choice: {
  /** Never empty; in the order configured. */
  readonly available: readonly PickableDeployment[];
  readonly call: { readonly modelId: string };
}) => PickableDeployment;

/**
 * How the next deployment is chosen among those available, of one priority.
 *
 * - `round-robin`: in turn, by weight, and by quota where quotas are known. Even spread, and the default.
 * - `least-busy`: the fewest attempts under way. For calls of very different length.
 * - `fastest`: the better of two by time to first content and attempts under way. For streams that are read as they come.
 * - `in-order`: the first in the order configured. For one that is preferred and others in reserve.
 * - a function of your own.
 */
export type PickerSetting = 'round-robin' | 'least-busy' | 'fastest' | 'in-order' | PickerFunction;
