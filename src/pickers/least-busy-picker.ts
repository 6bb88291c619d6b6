import type { Deployment } from '../deployment/deployment.ts';
import type { PickContext, Picker } from './picker.ts';

/** The one with the fewest attempts under way for its weight; among equals, in turn. */
export class LeastBusyPicker implements Picker {
  #turn = 0;

  pick(available: readonly Deployment[], { weightOf }: PickContext): Deployment {
    this.#turn += 1;
    let least: Deployment | undefined;
    let leastLoad = Infinity;
    for (let step = 0; step < available.length; step += 1) {
      const deployment = available[(this.#turn + step) % available.length] as Deployment;
      // What it would be with this attempt, so that weights count for the idle too.
      const load = (deployment.inFlight + 1) / weightOf(deployment);
      if (load < leastLoad) {
        least = deployment;
        leastLoad = load;
      }
    }
    return least as Deployment;
  }
}
