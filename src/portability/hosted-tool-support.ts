import type { Place } from './place.ts';
import type { HostedTool } from './prompt.ts';

/** Why an endpoint cannot take a call, as far as its tools tell; `undefined` when it has all of them. */
export function lackedTool({ endpoint, model }: Place, tools: readonly HostedTool[]): string | undefined {
  return tools.find(({ id }) => !hasTool(endpoint.provider['tools'], model.provider, endpoint.type.isThirdParty, id))
    ?.id;
}

/**
 * An Azure provider lists the tools that Azure has; OpenAI has all of its own. A provider that was handed in has those it
 * lists, and those named for it.
 */
function hasTool(listed: unknown, provider: string, isThirdParty: boolean, id: string): boolean {
  const [owner = '', tool = ''] = id.split('.', 2);
  const isListed = typeof listed === 'object' && listed !== null && camelCase(tool) in listed;
  if (provider.startsWith('azure')) return isListed;
  if (isThirdParty) return isListed || provider.split(/[.-]/, 1)[0] === owner;
  return owner === 'openai';
}

/** `web_search_preview` is `webSearchPreview` in `tools`. */
const camelCase = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
