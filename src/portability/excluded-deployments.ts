import type { Deployment } from '../deployment/deployment.ts';
import type { Target } from '../deployment/target.ts';
import type { EventEmitter } from '../events.ts';
import type { Ring } from '../ring/ring.ts';
import type { HostedTool } from './hosted-tools.ts';
import type { StoredReferences } from './stored-references.ts';

const NONE: ReadonlySet<Deployment> = new Set();

/** The deployments that lack a tool of a call, or something that it refers to. An event names each that lacks a tool or a file. */
export function excludedDeployments(
  { deployments, kind, modelId }: Pick<Ring, 'deployments' | 'kind' | 'modelId'>,
  tools: readonly HostedTool[],
  stored: StoredReferences,
  events: EventEmitter,
): ReadonlySet<Deployment> {
  if (tools.length === 0 && stored.all.length === 0) return NONE;
  const withoutStored = deployments.filter((each) => stored.areElsewhere(each.target(kind)));
  // When the owner is not in the ring, it may be one of these under another name.
  const elsewhere = new Set(withoutStored.length === deployments.length ? [] : withoutStored);
  const lacks = new Map<Deployment, string>();
  for (const deployment of deployments) {
    const target = deployment.target(kind);
    const lacked = lackedTool(target, tools) ?? stored.misreadFile(target);
    if (lacked !== undefined) lacks.set(deployment, lacked);
  }
  const excluded = new Set([...elsewhere, ...lacks.keys()]);
  // When all lack something, the SDK's own model says what.
  if (excluded.size === deployments.length) return elsewhere;
  for (const [{ endpoint }, lacked] of lacks)
    events.emit('excluded', () => ({ modelId, endpoint: endpoint.name, lacks: lacked }));
  return excluded;
}

/** A tool that an endpoint does not have; `undefined` when it has all of them. */
function lackedTool({ endpoint, providerName }: Target, tools: readonly HostedTool[]): string | undefined {
  if (tools.length === 0) return undefined;
  const listed = endpoint.provider['tools'];
  return tools.find(({ id }) => !hasTool(listed, providerName, endpoint.type.isThirdParty, id))?.id;
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
