import type { Deployment } from '../deployment/deployment.ts';
import type { PickContext, Picker } from './picker.ts';

/**
 * The better of two taken at random: the time it usually takes to say something, times the attempts under way and this one.
 * Two choices are enough to avoid the slow, and too few to send all calls to the same fast one (Mitzenmacher, "The power of two
 * choices").
 */
export function fastestPicker(random: () => number, drawn: readonly number[] = []): Picker {
  let ahead = drawn;
  const draw = (): number => {
    const [next = random(), ...rest] = ahead;
    ahead = rest;
    return next;
  };
  const pick = (available: readonly Deployment[], { now }: PickContext): Deployment => {
    const count = available.length;
    const first = Math.floor(draw() * count);
    const one = available[first] as Deployment;
    if (count === 1) return one;
    // Any of the others, with equal chance.
    const other = available[(first + 1 + Math.floor(draw() * (count - 1))) % count] as Deployment;
    const cost = (deployment: Deployment, rival: Deployment): number => {
      const { inFlight, latency, endpoint } = deployment;
      // A deployment that has not answered yet is tried; but while it is, it is taken to be no quicker than the rest, since it may hang.
      const expectedMs = latency.at(now) || (inFlight === 0 ? 0 : Math.max(1, rival.latency.at(now)));
      return (expectedMs * (inFlight + 1)) / endpoint.weight;
    };
    return cost(other, one) < cost(one, other) ? other : one;
  };
  const copy = (): Picker => {
    // What the copy's first pick goes by, this one's next goes by too.
    while (ahead.length < 2) ahead = [...ahead, random()];
    return fastestPicker(random, ahead);
  };
  return Object.assign(pick, { copy });
}
