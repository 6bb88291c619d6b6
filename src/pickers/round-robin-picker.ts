import type { Deployment } from '../deployment/deployment.ts';
import type { PickContext, Picker } from './picker.ts';

/** Virtual times are sums of fractions. */
const ROUNDING = 1e-9;

/**
 * Turns that a deployment has missed and that are made up for: those for which it had no room at that moment, but not those of
 * an outage, or all traffic would go to it at once.
 */
const MADE_UP = 2;

/** A deployment's place in the order of turns. */
interface Turns {
  readonly deployment: Deployment;
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
 */
export function roundRobinPicker(
  rotation: Rotation,
  // Failovers and hedges have turns of their own: counted with the others, a deployment that stands in for one that is flaky would
  // get fewer of the first attempts, and the flaky one more.
  failovers: Rotation,
): Picker {
  const pick = (available: readonly Deployment[], { isFailover }: PickContext): Deployment =>
    (isFailover ? failovers : rotation).next(available);
  return Object.assign(pick, { copy: () => roundRobinPicker(rotation.copy(), failovers.copy()) });
}

/** Whose turn is next, and what each deployment has had. */
export class Rotation {
  /** Turns that are left out before the first. */
  #skipped: number;
  #turns = new Map<Deployment, Turns>();
  /** The deployments of the last pick, their turns, and the sum of their weights. */
  #lastAmong: readonly Deployment[] | undefined;
  #lastTurns: readonly Turns[] = [];
  #lastWeights = 0;
  #time = 0;

  constructor(firstTurn: number) {
    this.#skipped = firstTurn;
  }

  copy(): Rotation {
    const copy = new Rotation(this.#skipped);
    copy.#turns = new Map([...this.#turns].map(([deployment, turns]) => [deployment, { ...turns }]));
    copy.#lastAmong = this.#lastAmong;
    copy.#lastTurns = this.#lastTurns.map((turns) => copy.#turns.get(turns.deployment) ?? turns);
    copy.#lastWeights = this.#lastWeights;
    copy.#time = this.#time;
    return copy;
  }

  next(available: readonly Deployment[]): Deployment {
    for (; this.#skipped > 0; this.#skipped -= 1) this.#take(available);
    return this.#take(available);
  }

  #take(available: readonly Deployment[]): Deployment {
    const among = this.#turnsAmong(available);
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

  /** Looked for again only when the candidates are others. */
  #turnsAmong(available: readonly Deployment[]): readonly Turns[] {
    if (this.#lastAmong === available) return this.#lastTurns;
    this.#lastAmong = available;
    this.#lastTurns = available.map((deployment) => this.#turnsOf(deployment));
    this.#lastWeights = available.reduce((sum, { endpoint }) => sum + endpoint.weight, 0);
    // Where these are on the whole, so that it stands still while a deployment catches up that had no room.
    const served = this.#lastTurns.reduce(
      (sum, { begins, deployment }) => sum + begins * deployment.endpoint.weight,
      0,
    );
    this.#time = served / this.#lastWeights;
    return this.#lastTurns;
  }

  #turnsOf(deployment: Deployment): Turns {
    const turns = this.#turns.get(deployment) ?? {
      deployment,
      order: this.#turns.size,
      base: this.#time,
      taken: 0,
      begins: this.#time,
      due: 0,
    };
    this.#turns.set(deployment, turns);
    const earliest = this.#time - MADE_UP / deployment.endpoint.weight;
    if (turns.begins < earliest) {
      turns.base = earliest;
      turns.taken = 0;
    }
    setTimes(turns);
    return turns;
  }
}

/** From the number of turns, not from the turn before: sums would drift. */
function setTimes(turns: Turns): void {
  const { weight } = turns.deployment.endpoint;
  turns.begins = turns.base + turns.taken / weight;
  turns.due = turns.base + (turns.taken + 1) / weight;
}

const isBefore = (a: Turns, b: Turns): boolean => a.due < b.due || (a.due === b.due && a.order < b.order);
