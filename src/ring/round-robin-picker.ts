import type { Deployment } from './deployment.ts';
import type { Picker } from './picker.ts';

/** A deployment's place in the order of turns. */
interface Turns {
  readonly deployment: Deployment;
  readonly weight: number;
  /** Breaks ties: the order configured. */
  readonly order: number;
  /** Virtual time from which its turns are counted. */
  base: number;
  taken: number;
  /** Virtual time of its next turn. */
  due: number;
  /** Where it stands in the heap; -1 when it does not. */
  position: number;
}

/**
 * Smooth weighted round robin by earliest due turn: with weight w a deployment's turns fall on (k + ½) / w of virtual
 * time, so over any whole period each gets exactly its weight, evenly spread. Envoy schedules its endpoints the same way.
 *
 * A heap keeps the next turn on top, so a pick among a thousand costs ten comparisons.
 */
export class RoundRobinPicker implements Picker {
  readonly #turns = new Map<Deployment, Turns>();
  #heap: Turns[] = [];
  #heapOf: readonly Deployment[] | undefined;
  #time = 0;

  pick(available: readonly Deployment[]): Deployment {
    const next = available.length > 8 ? this.#top(available) : this.#scan(available);
    this.#time = Math.max(this.#time, next.due);
    next.taken += 1;
    next.due = dueOf(next);
    if (next.position !== -1) this.#sink(next);
    return next.deployment;
  }

  /** For few it is quicker to look at each. */
  #scan(available: readonly Deployment[]): Turns {
    let next: Turns | undefined;
    for (const deployment of available) {
      const turns = this.#turnsOf(deployment);
      if (next === undefined || isBefore(turns, next)) next = turns;
    }
    return next as Turns;
  }

  #top(available: readonly Deployment[]): Turns {
    if (this.#heapOf !== available) this.#build(available);
    return this.#heap[0] as Turns;
  }

  #build(available: readonly Deployment[]): void {
    for (const turns of this.#heap) turns.position = -1;
    this.#heap = available.map((deployment) => this.#turnsOf(deployment)).toSorted((a, b) => (isBefore(a, b) ? -1 : 1));
    for (const [position, turns] of this.#heap.entries()) turns.position = position;
    this.#heapOf = available;
  }

  #turnsOf(deployment: Deployment): Turns {
    let turns = this.#turns.get(deployment);
    if (turns === undefined) {
      const { weight } = deployment.endpoint;
      turns = { deployment, weight, order: this.#turns.size, base: this.#time, taken: 0, due: 0, position: -1 };
      turns.due = dueOf(turns);
      this.#turns.set(deployment, turns);
    } else if (turns.due < this.#time) {
      // It was away. Turns that it missed are not made up for, or all traffic would go to it at once.
      turns.base = this.#time;
      turns.taken = 0;
      turns.due = dueOf(turns);
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

const dueOf = ({ base, taken, weight }: Turns): number => base + (taken + 0.5) / weight;

const isBefore = (a: Turns, b: Turns): boolean => a.due < b.due || (a.due === b.due && a.order < b.order);
