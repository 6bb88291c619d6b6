import type { PickerFunction } from '../settings/picker-setting.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { PickContext, Picker } from './picker.ts';

/** Lets a function of the user's choose. It sees what it may choose by, and nothing that it could change. */
export class CustomPicker implements Picker {
  readonly #choose: PickerFunction;

  constructor(choose: PickerFunction) {
    this.#choose = choose;
  }

  /** @throws TypeError when the function returns none of those available. What it throws itself ends the call. */
  pick(available: readonly Deployment[], { now, modelId }: PickContext): Deployment {
    const views = available.map((deployment) =>
      Object.freeze({
        endpoint: deployment.endpoint.name,
        deployment: deployment.name,
        weight: deployment.endpoint.weight,
        priority: deployment.endpoint.priority,
        inFlight: deployment.inFlight,
        latencyMs: deployment.latency.at(now),
      }),
    );
    const chosen = this.#choose({ available: views, call: { modelId } });
    const deployment = available[views.indexOf(chosen)];
    if (deployment === undefined)
      throw new TypeError('The picker function must return one of the deployments in `available`.');
    return deployment;
  }
}
