import type { Deployment } from '../deployment/deployment.ts';
import type { PickContext, Picker } from './picker.ts';

/** The one with the fewest attempts under way for its weight; among equals, in turn. */
export class LeastBusyPicker implements Picker {
  #turn = 0;

  pick(available: readonly Deployment[], { weightOf }: PickContext): Deployment {
    this.#turn += 1;
    const first = available[this.#turn % available.length] as Deployment;
    let least = first;
    let leastLoad = loadOf(first, weightOf);
    for (let step = 1; step < available.length; step += 1) {
      const deployment = available[(this.#turn + step) % available.length] as Deployment;
      const load = loadOf(deployment, weightOf);
      if (load < leastLoad) {
        least = deployment;
        leastLoad = load;
      }
    }
    return least;
  }
}

/** What it would be with this attempt, so that weights count for the idle too. */
const loadOf = (deployment: Deployment, weightOf: PickContext['weightOf']): number =>
  (deployment.inFlight + 1) / weightOf(deployment);
