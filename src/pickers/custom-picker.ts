import type { PickerFunction } from '../settings/picker-setting.ts';
import { type Picker, statelessPicker } from './picker.ts';

/**
 * Lets a function of the user's choose. It sees what it may choose by, and nothing that it could change. What it throws ends the
 * call, as does the TypeError for one that returns none of those available.
 */
export const customPicker = (choose: PickerFunction): Picker =>
  statelessPicker((available, { now, modelId }) => {
    const views = available.map(({ endpoint, name, inFlight, latency }) =>
      Object.freeze({
        endpoint: endpoint.name,
        deployment: name,
        weight: endpoint.weight,
        priority: endpoint.priority,
        inFlight,
        latencyMs: latency.at(now),
      }),
    );
    const deployment = available[views.indexOf(choose({ available: views, call: { modelId } }))];
    if (deployment === undefined)
      throw new TypeError('The picker function must return one of the deployments in `available`.');
    return deployment;
  });
