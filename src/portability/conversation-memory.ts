import { LruMap } from '../lru-map.ts';
import { ApprovalMemory } from './approval-memory.ts';

/** Ids of which the owner is remembered. At some 150 bytes each that is less than a megabyte. */
const REMEMBERED = 5_000;

/** Characters of an id that is remembered: those of OpenAI have about sixty, those that gateways make a few hundred. */
const LONGEST_ID = 1_000;

/** What several processes remember together of what endpoints have stored. */
interface SharedOwners {
  ownersOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  remember(id: string, owner: string): void;
}

/** What a provider remembers from one call to the next. */
export class ConversationMemory {
  /** What the services have asked to have approved. Not shared: it holds arguments, and that it was seen here makes it safe. */
  readonly approvals = new ApprovalMemory();
  readonly #owners: LruMap<string, string>;
  readonly #shared: SharedOwners | undefined;

  constructor(shared?: SharedOwners, capacity: number = REMEMBERED) {
    this.#shared = shared;
    this.#owners = new LruMap(capacity);
  }

  /** Asks other processes for what is not known here; `undefined` when there is nothing to be asked. */
  recall(ids: readonly string[]): Promise<void> | undefined {
    const unknown = ids.filter((id) => id.length <= LONGEST_ID && this.#owners.get(id) === undefined);
    if (unknown.length === 0) return undefined;
    return this.#shared?.ownersOf(unknown).then((found) => {
      for (const [id, owner] of found) this.#owners.set(id, owner);
    });
  }

  /** Marks of the endpoints that have stored what the ids stand for, as far as they are known. */
  ownersOf(ids: readonly string[]): ReadonlyMap<string, string> {
    return new Map(
      ids.flatMap((id) => {
        const owner = this.#owners.get(id);
        return owner === undefined ? [] : [[id, owner]];
      }),
    );
  }

  /** An endpoint has resolved, or given, these ids. */
  rememberOwner(ids: readonly string[], mark: string): void {
    for (const id of ids) {
      if (id.length > LONGEST_ID) continue;
      if (this.#shared !== undefined && this.#owners.get(id) !== mark) this.#shared.remember(id, mark);
      this.#owners.set(id, mark);
    }
  }
}
