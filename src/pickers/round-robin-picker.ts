import type { Deployment } from '../deployment/deployment.ts';
import type { PickContext, Picker } from './picker.ts';

/** For so few it is quicker to look at each than to keep a heap. */
const FEW = 16;

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
  /** Where it stands in the heap; -1 when it does not. */
  position: number;
}

/**
 * Weighted round robin on virtual time, in which a deployment of weight w has a turn every 1/w: over any whole period each gets
 * exactly its weight.
 *
 * Among few, the one whose turn has begun and ends first is taken (earliest eligible deadline: Stoica and Abdel-Wahab 1995), so
 * that nobody is ever a whole turn ahead or behind. Among many, the one whose turn ends first, from a heap: a pick among a
 * thousand costs ten comparisons.
 *
 * Where quotas are known and scarce, those come first whose quota would be the first to overflow.
 */
export class RoundRobinPicker implements Picker {
  readonly #turns = new Map<Deployment, Turns>();
  #heap: Turns[] = [];
  #heapOf: readonly Deployment[] | undefined;
  /** Those among whom was chosen last, their turns, and the sum of their weights. */
  #lastAmong: readonly Deployment[] | undefined;
  #lastTurns: readonly Turns[] = [];
  #lastWeights = 0;
  #time = 0;
  #weightOf: PickContext['weightOf'] = () => 1;
  #failovers: RoundRobinPicker | undefined;
  readonly #few: number;

  constructor(few = FEW) {
    this.#few = few;
  }

  pick(everybody: readonly Deployment[], context: PickContext): Deployment {
    const { weightOf, isFailover, msUntilFull } = context;
    if (isFailover) return this.#pickBeside(everybody, context);
    this.#weightOf = weightOf;
    const available = msUntilFull === undefined ? everybody : leastMissing(everybody, msUntilFull);
    const next = available.length <= this.#few ? this.#scan(available) : this.#top(available);
    next.taken += 1;
    setTimes(next);
    if (next.position !== -1) this.#sink(next);
    return next.deployment;
  }

  /**
   * What calls fail over to has turns of its own: counted with the others, whoever stands in for one that is flaky would get
   * fewer of the first attempts, and the flaky one more.
   */
  #pickBeside(everybody: readonly Deployment[], context: PickContext): Deployment {
    // Never the same array twice, so that no heap is worth building.
    this.#failovers ??= new RoundRobinPicker(Infinity);
    return this.#failovers.pick(everybody, { ...context, isFailover: false });
  }

  #scan(available: readonly Deployment[]): Turns {
    const among = this.#turnsAmong(available);
    const now = this.#time + ROUNDING;
    let next: Turns | undefined;
    for (let index = 0; index < among.length; index += 1) {
      const turns = among[index] as Turns;
      if (turns.begins <= now && (next === undefined || isBefore(turns, next))) next = turns;
    }
    // Nobody's turn has begun when those whose it was are not available.
    next ??= among.reduce((first, turns) => (isBefore(turns, first) ? turns : first));
    this.#time += 1 / this.#lastWeights;
    return next;
  }

  /** Looked for again only when it is asked about others: weights change only then, and nobody of them has been away. */
  #turnsAmong(available: readonly Deployment[]): readonly Turns[] {
    if (this.#lastAmong === available) return this.#lastTurns;
    this.#lastAmong = available;
    this.#lastTurns = available.map((deployment) => this.#turnsOf(deployment));
    this.#lastWeights = this.#lastTurns.reduce((sum, { weight }) => sum + weight, 0);
    return this.#lastTurns;
  }

  #top(available: readonly Deployment[]): Turns {
    if (this.#heapOf !== available) this.#build(available);
    const next = this.#heap[0] as Turns;
    this.#time = Math.max(this.#time, next.due);
    return next;
  }

  #build(available: readonly Deployment[]): void {
    for (const turns of this.#heap) turns.position = -1;
    this.#heap = available.map((deployment) => this.#turnsOf(deployment)).toSorted((a, b) => (isBefore(a, b) ? -1 : 1));
    for (const [position, turns] of this.#heap.entries()) turns.position = position;
    this.#heapOf = available;
  }

  #turnsOf(deployment: Deployment): Turns {
    let turns = this.#turns.get(deployment);
    const weight = this.#weightOf(deployment);
    if (turns === undefined) {
      turns = {
        deployment,
        weight,
        order: this.#turns.size,
        base: this.#time,
        taken: 0,
        begins: 0,
        due: 0,
        position: -1,
      };
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

  #sink(turns: Turns): void {
    const heap = this.#heap;
    let { position } = turns;
    for (;;) {
      let least = position;
      for (let child = 2 * position + 1; child <= 2 * position + 2 && child < heap.length; child += 1) {
        const candidate = least === position ? turns : (heap[least] as Turns);
        if (isBefore(heap[child] as Turns, candidate)) least = child;
      }
      if (least === position) break;
      const raised = heap[least] as Turns;
      heap[position] = raised;
      raised.position = position;
      position = least;
    }
    heap[position] = turns;
    turns.position = position;
  }
}

/** Those whose quota is full again soonest, and so would be the first to lose what comes in. */
function leastMissing(
  available: readonly Deployment[],
  msUntilFull: (deployment: Deployment) => number,
): readonly Deployment[] {
  const missing = available.map((deployment) => msUntilFull(deployment) / deployment.endpoint.weight);
  const least = Math.min(...missing);
  return available.filter((_, index) => (missing[index] ?? Infinity) <= least + NO_DIFFERENCE_MS);
}

/** From the number of turns, not from the turn before: sums would drift. */
function setTimes(turns: Turns): void {
  turns.begins = turns.base + turns.taken / turns.weight;
  turns.due = turns.base + (turns.taken + 1) / turns.weight;
}

const isBefore = (a: Turns, b: Turns): boolean => a.due < b.due || (a.due === b.due && a.order < b.order);
