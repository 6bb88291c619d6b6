import type { ResolvedSettings } from '../settings/resolve-settings.ts';

/**
 * The logical id for what a caller asked for: a call by an Azure deployment name is mapped back where the name is unique,
 * as the Python library maps an engine back to its model.
 */
export class ModelIds {
  readonly #logicalIds: ReadonlySet<string>;
  readonly #byDeploymentName: ReadonlyMap<string, string>;

  constructor({ modelMapping, endpoints }: Pick<ResolvedSettings, 'modelMapping' | 'endpoints'>) {
    const azure = endpoints.filter(({ settings }) => settings.type === 'azure');
    const pairs = [
      ...modelMapping,
      ...azure.flatMap(({ deployments }) => [...deployments].map(([id, { name }]) => [id, name] as const)),
    ];
    this.#logicalIds = new Set([
      ...modelMapping.keys(),
      ...endpoints.flatMap(({ deployments }) => [...deployments.keys()]),
    ]);
    this.#byDeploymentName = invert(pairs);
  }

  logical(id: string): string {
    return this.#logicalIds.has(id) ? id : (this.#byDeploymentName.get(id) ?? id);
  }
}

/** Names that stand for one model id only. */
function invert(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  const ids = new Map<string, Set<string>>();
  for (const [id, name] of pairs) ids.set(name, (ids.get(name) ?? new Set()).add(id));
  return new Map(
    [...ids].flatMap(([name, [id, ...others]]) => (id === undefined || others.length > 0 ? [] : [[name, id]])),
  );
}
