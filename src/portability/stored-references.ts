import type { Target } from '../deployment/target.ts';
import { placesOf } from './placed-ids.ts';
import type { Options } from './prompt.ts';

/** An id that stands for something whose content only its endpoint has. */
export interface StoredReference {
  /** What a user calls it: the option that it was given in. */
  readonly what: string;
  /** As an error names it. */
  readonly id: string;
  /** Ids by provider, when it is stored at each under an id of its own. */
  readonly ids?: Options | undefined;
}

/** What a call refers to that has no content to replace it, and which endpoints have stored it. */
export class StoredReferences {
  readonly all: readonly StoredReference[];
  readonly #named: string | undefined;
  readonly #owners: ReadonlyMap<string, string>;

  /**
   * @param named the endpoint that the caller says has them: by its name, or by the mark that parts carry.
   * @param owners marks of endpoints by id, as far as they are known.
   */
  constructor(all: readonly StoredReference[], named: string | undefined, owners: ReadonlyMap<string, string>) {
    this.all = all;
    this.#named = named;
    this.#owners = owners;
  }

  /** Those that one endpoint alone can resolve. Not kept: most calls have none, and thousands may wait. */
  get bound(): readonly StoredReference[] {
    return this.all.length === 0 ? this.all : this.all.filter(({ ids }) => placesOf(ids).length < 2);
  }

  /** Where they are known to be, as seen from an endpoint: what it would be asked for may be at another one alone. */
  seenFrom(target: Target): 'here' | 'elsewhere' | undefined {
    if (this.bound.length === 0) return undefined;
    // A file may be stored at OpenAI and at Azure, under an id of its own at each: so there may be two owners.
    const owner =
      this.#named ??
      this.idsAt(target)
        .map((id) => this.#owners.get(id))
        .find((mark) => mark !== undefined);
    if (owner === undefined) return undefined;
    return isCalled(target, owner) ? 'here' : 'elsewhere';
  }

  /** The ids that an endpoint is asked for. */
  idsAt(target: Target): readonly string[] {
    return this.bound.map((reference) => idAt(reference, target)).filter((id) => id !== undefined);
  }

  /** A file that a model cannot even be asked for; `undefined` when there is none. */
  misreadFile(target: Target): string | undefined {
    const files = this.all.filter((reference) => reference.what === 'file' || isPlaced(reference));
    return files.find((file) => !isReadable(file, target))?.id;
  }
}

/** Of most calls, which refer to nothing. */
export const NOTHING_STORED = new StoredReferences([], undefined, new Map());

/** Whether it was uploaded through a ring. */
export const isPlaced = ({ ids }: StoredReference): boolean => placesOf(ids).length > 0;

/** Every id of references, whichever endpoint it is for. */
export const allIds = (references: readonly StoredReference[]): readonly string[] =>
  references.flatMap(({ id, ids }) => [id, ...Object.values(ids ?? {}).filter((each) => typeof each === 'string')]);

/** The id that an endpoint is asked for; `undefined` when there is none for it. */
function idAt(reference: StoredReference, { keys, providerName, mark }: Target): string | undefined {
  const { what, id, ids } = reference;
  if (ids === undefined) return id;
  if (isPlaced(reference)) return ids[mark.endpoint] as string | undefined;
  // The SDK reads the id of a file under one key. Options were merged before, and those under the endpoint's own key won.
  const key = keys === undefined ? providerName.split('.', 1)[0] : what === 'file' ? keys.read : keys.own;
  const found = key === undefined ? undefined : ids[key];
  return typeof found === 'string' ? found : undefined;
}

/** How ids of uploaded files begin. A model of the other service takes such an id for the content of a file. */
const PREFIXES = { openai: 'file-', azure: 'assistant-' } as const;

/** Whether a model can even be asked for a file. Where one that is not OpenAI's looks for its id is not known. */
function isReadable(file: StoredReference, target: Target): boolean {
  const { keys } = target;
  if (isPlaced(file) || (keys !== undefined && file.ids !== undefined)) return idAt(file, target) !== undefined;
  return keys === undefined || file.id.startsWith(PREFIXES[keys.own]);
}

/** Whether an endpoint goes by a name, or by a mark. */
export const isCalled = ({ mark, endpoint }: Target, nameOrMark: string): boolean =>
  mark.endpoint === nameOrMark || endpoint.name === nameOrMark;
