import type { OwnerMemory } from './owner-memory.ts';
import { idAt, type PinnedReference } from './pinned-references.ts';
import type { Place } from './place.ts';

/** Where the things are that a call refers to, and that have no content to replace them. */
export class Pins {
  readonly references: readonly PinnedReference[];
  readonly #named: string | undefined;
  readonly #memory: OwnerMemory;

  /** @param named the endpoint that the caller says has them: by its name, or by the mark that parts carry. */
  constructor(references: readonly PinnedReference[], named: string | undefined, memory: OwnerMemory) {
    this.references = references;
    this.#named = named;
    this.#memory = memory;
  }

  /** Every id that is referred to, wherever it is. */
  get ids(): readonly string[] {
    return this.references.flatMap(({ id, ids }) => [
      id,
      ...Object.values(ids ?? {}).filter((each) => typeof each === 'string'),
    ]);
  }

  /** Whether an endpoint is known to have them. */
  isAt(place: Place): boolean {
    const owner = this.#ownerSeenFrom(place);
    return owner !== undefined && isCalled(place, owner);
  }

  /** Whether another endpoint is known to have what this one would be asked for. */
  isElsewhere(place: Place): boolean {
    const owner = this.#ownerSeenFrom(place);
    return owner !== undefined && !isCalled(place, owner);
  }

  /** An endpoint resolved what it was asked for. */
  remember(place: Place): void {
    for (const reference of this.references) {
      const id = idAt(reference, place);
      if (id !== undefined) this.#memory.remember(id, place.mark.endpoint);
    }
  }

  /** A thing may be stored at OpenAI and at Azure, under an id of its own at each: so there may be two owners. */
  #ownerSeenFrom(place: Place): string | undefined {
    if (this.references.length === 0) return undefined;
    if (this.#named !== undefined) return this.#named;
    for (const reference of this.references) {
      const id = idAt(reference, place);
      const owner = id === undefined ? undefined : this.#memory.ownerOf(id);
      if (owner !== undefined) return owner;
    }
    return undefined;
  }
}

/** Whether an endpoint goes by a name, or by a mark. */
export const isCalled = ({ mark, endpoint }: Place, nameOrMark: string): boolean =>
  mark.endpoint === nameOrMark || endpoint.name === nameOrMark;
