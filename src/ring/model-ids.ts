import type { ResolvedSettings } from '../settings/resolve-settings.ts';

/** All ids of models that the settings name. */
export const idsNamed = ({
  modelMapping,
  fallbacks,
  endpoints,
}: Pick<ResolvedSettings, 'modelMapping' | 'fallbacks' | 'endpoints'>): readonly string[] => [
  ...modelMapping.keys(),
  ...endpoints.flatMap(({ models, deployments }) => [...(models ?? []), ...deployments.keys()]),
  ...[...fallbacks].flat(2),
];

/**
 * The logical id for what a caller asked for: a call by an Azure deployment name is mapped back where the name is unique,
 * as the Python library maps an engine back to its model.
 */
export function logicalIds({
  modelMapping,
  endpoints,
}: Pick<ResolvedSettings, 'modelMapping' | 'endpoints'>): (id: string) => string {
  const logical = new Set([...modelMapping.keys(), ...endpoints.flatMap(({ deployments }) => [...deployments.keys()])]);
  const idsByName = new Map<string, Set<string>>();
  const add = (id: string, name: string): void => {
    idsByName.set(name, (idsByName.get(name) ?? new Set()).add(id));
  };
  for (const [id, name] of modelMapping) add(id, name);
  for (const { settings, deployments } of endpoints)
    if (settings.type === 'azure') for (const [id, { name }] of deployments) add(id, name);
  return (id) => {
    const [only = id, ...others] = idsByName.get(id) ?? [];
    return logical.has(id) || others.length > 0 ? id : only;
  };
}

/** By logical id, the ones that stand in for it. */
export const standInsOf = (
  { fallbacks }: Pick<ResolvedSettings, 'fallbacks'>,
  logical: (id: string) => string,
): ReadonlyMap<string, readonly string[]> =>
  new Map([...fallbacks].map(([id, ids]) => [logical(id), ids.map(logical)]));
