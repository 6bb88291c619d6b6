import type { Deployment } from '../deployment/deployment.ts';
import type { Picker } from './picker.ts';

/** The one with the fewest attempts under way for its weight; among equals, in turn. */
export function leastBusyPicker(from: number): Picker {
  let turn = from;
  const pick = (available: readonly Deployment[]): Deployment => {
    turn += 1;
    let least = available[turn % available.length] as Deployment;
    for (let step = 1; step < available.length; step += 1) {
      const deployment = available[(turn + step) % available.length] as Deployment;
      if (isLessBusy(deployment, least)) least = deployment;
    }
    return least;
  };
  return Object.assign(pick, { copy: () => leastBusyPicker(turn) });
}

/** With the attempt that is to be sent, so that weights count for the idle too. Nothing is divided: weights may be tiny. */
const isLessBusy = (one: Deployment, other: Deployment): boolean =>
  (one.inFlight + 1) * other.endpoint.weight < (other.inFlight + 1) * one.endpoint.weight;
