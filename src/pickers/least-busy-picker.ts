import type { Deployment } from '../deployment/deployment.ts';
import type { PickContext, Picker } from './picker.ts';

/** The one with the fewest attempts under way for its weight; among equals, in turn. */
export function leastBusyPicker(from = 0): Picker {
  let turn = from;
  const pick = (available: readonly Deployment[], { weightOf }: PickContext): Deployment => {
    turn += 1;
    // With this attempt, so that weights count for the idle too.
    const loadOf = (deployment: Deployment): number => (deployment.inFlight + 1) / weightOf(deployment);
    let least = available[turn % available.length] as Deployment;
    for (let step = 1; step < available.length; step += 1) {
      const deployment = available[(turn + step) % available.length] as Deployment;
      if (loadOf(deployment) < loadOf(least)) least = deployment;
    }
    return least;
  };
  return Object.assign(pick, { copy: () => leastBusyPicker(turn) });
}
