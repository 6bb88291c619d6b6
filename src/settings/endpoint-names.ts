import type { AzureEndpointSettings, EndpointSettings, OpenAIEndpointSettings } from './endpoint-settings.ts';
import { isTellingVariable } from './text-rules.ts';

/** The name of each endpoint: its own, or its type and place, numbered where that is taken. */
export function endpointNames(endpoints: readonly EndpointSettings[]): readonly string[] {
  const taken = new Set(endpoints.flatMap(({ name }) => name ?? []));
  return endpoints.map((endpoint) => endpoint.name ?? claim(typeAndPlace(endpoint), taken));
}

function claim(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let count = 2; taken.has(name); count += 1) name = `${wanted}#${count}`;
  taken.add(name);
  return name;
}

function typeAndPlace(endpoint: EndpointSettings): string {
  switch (endpoint.type) {
    case 'azure':
      return `azure:${endpoint.resourceName ?? place(endpoint) ?? 'AZURE_RESOURCE_NAME'}`;
    case 'openai':
      return `openai:${place(endpoint) ?? 'api.openai.com'}`;
    case undefined:
      return 'provider';
  }
}

// The host alone: a URL may carry a key in its path. A variable only where its name cannot be a key.
function place({ baseURL, baseURLEnv }: OpenAIEndpointSettings | AzureEndpointSettings): string | undefined {
  if (baseURL !== undefined) return new URL(baseURL).host;
  return baseURLEnv === undefined || isTellingVariable(baseURLEnv) ? baseURLEnv : 'baseURLEnv';
}
