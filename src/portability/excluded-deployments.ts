import type { Deployment } from '../deployment/deployment.ts';
import type { Target } from '../deployment/target.ts';
import type { EventEmitter } from '../event-emitter.ts';
import { property } from '../foreign.ts';
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
  const all = rings.flatMap(({ deployments, kind }) => deployments.map((each) => [each, each.target(kind)] as const));
  const withoutStored = all.filter(([, target]) => stored.seenFrom(target) === 'elsewhere').map(([each]) => each);
  // When the owner is in none of the rings, it may be one of these under another name.
  const excluded = new Set(withoutStored.length === all.length ? [] : withoutStored);
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
  const { provider, isThirdParty } = endpoint;
  const [provides] = providerName.split(/[.-]/, 1);
  // An Azure provider lists the tools that Azure has; OpenAI has all of its own. A provider that was handed in has those it lists,
  // and those named for it.
  return tools.find(({ id }) => {
    const [owner = '', tool = ''] = id.split('.', 2);
    const isListed = property(provider['tools'], camelCase(tool)) !== undefined;
    if (provides === 'azure') return !isListed;
    return isThirdParty ? !isListed && owner !== provides : owner !== 'openai';
  })?.id;
}

/** `web_search_preview` is `webSearchPreview` in `tools`. */
const camelCase = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
