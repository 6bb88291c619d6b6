import { LruMap } from '../lru-map.ts';
import { ApprovalMemory } from './approval-memory.ts';

/** Ids of which the owner is remembered. At some 150 bytes each that is less than a megabyte. */
const REMEMBERED = 5_000;

/** Characters of an id that is remembered: those of OpenAI have about sixty, those that gateways make a few hundred. */
const LONGEST_ID = 1_000;

/** What a provider remembers from one call to the next. */
export class ConversationMemory {
  /** What the services have asked to have approved. */
  readonly approvals = new ApprovalMemory();
  readonly #owners: LruMap<string, string>;

  constructor(capacity: number = REMEMBERED) {
    this.#owners = new LruMap(capacity);
  }

  /** Marks of the endpoints that have stored what the ids stand for, as far as they are known. */
  ownersOf(ids: readonly string[]): ReadonlyMap<string, string> {
    const owners = new Map<string, string>();
    for (const id of ids) {
      const owner = this.#owners.get(id);
      if (owner !== undefined) owners.set(id, owner);
    }
    return owners;
  }

  /** An endpoint has resolved, or given, these ids. */
  rememberOwner(ids: readonly string[], mark: string): void {
    for (const id of ids) if (id.length <= LONGEST_ID) this.#owners.set(id, mark);
  }
}
