import type { Deployment } from '../deployment/deployment.ts';
import type { PickContext, Picker } from './picker.ts';

/** Milliseconds of quota that are no difference. */
const NO_DIFFERENCE_MS = 1;

/** Virtual times are sums of fractions. */
const ROUNDING = 1e-9;

/** A deployment's place in the order of turns. */
interface Turns {
  readonly deployment: Deployment;
  weight: number;
  /** Breaks ties: the order configured. */
  readonly order: number;
  /** Virtual time from which its turns are counted. */
  base: number;
  taken: number;
  /** Virtual times between which its next turn should come. */
  begins: number;
  due: number;
}

/**
 * Weighted round robin on virtual time, in which a deployment of weight w has a turn every 1/w: over any whole period each gets
 * exactly its weight. The one whose turn has begun and ends first is taken (earliest eligible deadline: Stoica and Abdel-Wahab
 * 1995), so that no deployment is ever a whole turn ahead or behind.
 *
 * Where quotas are known and scarce, those come first whose quota would be the first to overflow.
 */
export function roundRobinPicker(
  rotation = new Rotation(),
  // Failovers and hedges have turns of their own: counted with the others, a deployment that stands in for one that is flaky would
  // get fewer of the first attempts, and the flaky one more.
  failovers = new Rotation(),
): Picker {
  const pick = (candidates: readonly Deployment[], { isFailover, weightOf, msUntilFull }: PickContext): Deployment => {
    const available = msUntilFull === undefined ? candidates : leastMissing(candidates, msUntilFull);
    return (isFailover ? failovers : rotation).next(available, weightOf);
  };
  return Object.assign(pick, { copy: () => roundRobinPicker(rotation.copy(), failovers.copy()) });
}

class Rotation {
  #turns = new Map<Deployment, Turns>();
  /** The deployments of the last pick, their turns, and the sum of their weights. */
  #lastAmong: readonly Deployment[] | undefined;
  #lastTurns: readonly Turns[] = [];
  #lastWeights = 0;
  #time = 0;

  copy(): Rotation {
    const copy = new Rotation();
    copy.#turns = new Map([...this.#turns].map(([deployment, turns]) => [deployment, { ...turns }]));
    copy.#lastAmong = this.#lastAmong;
    copy.#lastTurns = this.#lastTurns.map((turns) => copy.#turns.get(turns.deployment) ?? turns);
    copy.#lastWeights = this.#lastWeights;
    copy.#time = this.#time;
    return copy;
  }

  next(available: readonly Deployment[], weightOf: PickContext['weightOf']): Deployment {
    const among = this.#turnsAmong(available, weightOf);
    const now = this.#time + ROUNDING;
    let next: Turns | undefined;
    for (const turns of among) {
      if (turns.begins <= now && (next === undefined || isBefore(turns, next))) next = turns;
    }
    // No turn has begun when the deployments whose turn it was are not available.
    next ??= among.reduce((first, turns) => (isBefore(turns, first) ? turns : first));
    this.#time += 1 / this.#lastWeights;
    next.taken += 1;
    setTimes(next);
    return next.deployment;
  }

  /** Looked for again only when the candidates are others: weights change only then, and none of them has been away. */
  #turnsAmong(available: readonly Deployment[], weightOf: PickContext['weightOf']): readonly Turns[] {
    if (this.#lastAmong === available) return this.#lastTurns;
    this.#lastAmong = available;
    this.#lastTurns = available.map((deployment) => this.#turnsOf(deployment, weightOf(deployment)));
    this.#lastWeights = this.#lastTurns.reduce((sum, { weight }) => sum + weight, 0);
    return this.#lastTurns;
  }

  #turnsOf(deployment: Deployment, weight: number): Turns {
    let turns = this.#turns.get(deployment);
    if (turns === undefined) {
      turns = { deployment, weight, order: this.#turns.size, base: this.#time, taken: 0, begins: 0, due: 0 };
      setTimes(turns);
      this.#turns.set(deployment, turns);
    } else if (turns.due < this.#time - ROUNDING || turns.weight !== weight) {
      // It was away: turns that it missed are not made up for, or all traffic would go to it at once. Or its quota changed.
      turns.weight = weight;
      turns.base = this.#time;
      turns.taken = 0;
      setTimes(turns);
    }
    return turns;
  }
}

/** The deployments whose quota is full again soonest, and so would be the first to lose what comes in. */
function leastMissing(
  available: readonly Deployment[],
  msUntilFull: (deployment: Deployment) => number,
): readonly Deployment[] {
  const missing = available.map((deployment) => msUntilFull(deployment) / deployment.endpoint.weight);
  const least = Math.min(...missing) + NO_DIFFERENCE_MS;
  return available.filter((_, index) => (missing[index] as number) <= least);
}

/** From the number of turns, not from the turn before: sums would drift. */
function setTimes(turns: Turns): void {
  turns.begins = turns.base + turns.taken / turns.weight;
  turns.due = turns.base + (turns.taken + 1) / turns.weight;
}

const isBefore = (a: Turns, b: Turns): boolean => a.due < b.due || (a.due === b.due && a.order < b.order);
