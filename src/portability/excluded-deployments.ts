import type { Deployment } from '../deployment/deployment.ts';
import type { Target } from '../deployment/target.ts';
import type { EventEmitter } from '../events.ts';
import type { Ring } from '../ring/ring.ts';
import type { HostedTool } from './hosted-tools.ts';
import type { StoredReferences } from './stored-references.ts';

const NONE: ReadonlySet<Deployment> = new Set();

/** The deployments that lack a tool of a call, or something that it refers to. An event names each that lacks a tool or a file. */
export function excludedDeployments(
  rings: readonly Pick<Ring, 'deployments' | 'kind' | 'modelId'>[],
  tools: readonly HostedTool[],
  stored: StoredReferences,
  events: EventEmitter,
): ReadonlySet<Deployment> {
  if (tools.length === 0 && stored.all.length === 0) return NONE;
  const withoutStored = rings.map(({ deployments, kind }) =>
    deployments.filter((each) => stored.seenFrom(each.target(kind)) === 'elsewhere'),
  );
  // When the owner is in none of the rings, it may be one of these under another name.
  const isUnknown = rings.every(({ deployments }, index) => withoutStored[index]?.length === deployments.length);
  const excluded = new Set(isUnknown ? [] : withoutStored.flat());
  for (const { deployments, kind, modelId } of rings) {
    const lacks = new Map<Deployment, string>();
    for (const deployment of deployments) {
      const target = deployment.target(kind);
      const lacked = lackedTool(target, tools) ?? stored.misreadFile(target);
      if (lacked !== undefined) lacks.set(deployment, lacked);
    }
    // When all lack something, the SDK's own model says what.
    if (deployments.every((deployment) => excluded.has(deployment) || lacks.has(deployment))) continue;
    for (const [deployment, lacked] of lacks) {
      excluded.add(deployment);
      events.emit('excluded', () => ({ modelId, endpoint: deployment.endpoint.name, lacks: lacked }));
    }
  }
  return excluded;
}

/** A tool that an endpoint does not have; `undefined` when it has all of them. */
function lackedTool({ endpoint, providerName }: Target, tools: readonly HostedTool[]): string | undefined {
  if (tools.length === 0) return undefined;
  const listed = endpoint.provider['tools'];
  return tools.find(({ id }) => !hasTool(listed, providerName, endpoint.isThirdParty, id))?.id;
}

/**
 * An Azure provider lists the tools that Azure has; OpenAI has all of its own. A provider that was handed in has those it
 * lists, and those named for it.
 */
function hasTool(listed: unknown, providerName: string, isThirdParty: boolean, id: string): boolean {
  const [owner = '', tool = ''] = id.split('.', 2);
  const isListed = typeof listed === 'object' && listed !== null && camelCase(tool) in listed;
  if (providerName.startsWith('azure')) return isListed;
  if (isThirdParty) return isListed || providerName.split(/[.-]/, 1)[0] === owner;
  return owner === 'openai';
}

/** `web_search_preview` is `webSearchPreview` in `tools`. */
const camelCase = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
