import type { AzureEndpointSettings, OpenAIEndpointSettings } from 'ai-sdk-load-balancer';

type Environment = Readonly<Record<string, string | undefined>>;

/** An endpoint under a name, with a key from the environment. */
type LiveEndpoint = (AzureEndpointSettings | OpenAIEndpointSettings) & {
  readonly name: string;
  readonly apiKeyEnv: string;
};

/** What the environment has to offer, and what it lacks. */
export interface LiveEndpoints {
  readonly endpoints: readonly LiveEndpoint[];
  readonly problems: readonly string[];
}

/**
 * The endpoints that the environment names: OPENAI_API_KEY and OPENAI_API_KEY_1, _2, …; AZURE_API_KEY and
 * AZURE_API_KEY_1, _2, …, each with AZURE_API_BASE_URL or AZURE_RESOURCE_NAME of the same ending.
 */
export function liveEndpoints(environment: Environment, modelId: string): LiveEndpoints {
  const problems: string[] = [];
  const openai = endingsOf('OPENAI_API_KEY', environment).map((ending) => openaiEndpoint(environment, ending));
  const azure = endingsOf('AZURE_API_KEY', environment).flatMap((ending) => {
    const baseURLEnv = `AZURE_API_BASE_URL${ending}`;
    const resourceEnv = `AZURE_RESOURCE_NAME${ending}`;
    const resourceName = environment[resourceEnv];
    if (environment[baseURLEnv]) return [azureEndpoint(environment, modelId, ending, { baseURLEnv })];
    if (resourceName) return [azureEndpoint(environment, modelId, ending, { resourceName })];
    problems.push(`AZURE_API_KEY${ending} is set, but neither ${baseURLEnv} nor ${resourceEnv} is.`);
    return [];
  });
  if (openai.length + azure.length + problems.length === 0) {
    problems.push('No endpoint: set OPENAI_API_KEY, or AZURE_API_KEY with AZURE_RESOURCE_NAME or AZURE_API_BASE_URL.');
  }
  return { endpoints: [...azure, ...openai], problems };
}

/** `''`, `'_1'`, `'_2'`, … for which there is such a variable. */
function endingsOf(variable: string, environment: Environment): string[] {
  return Object.keys(environment)
    .filter((name) => environment[name] && (name === variable || new RegExp(`^${variable}_\\d+$`).test(name)))
    .map((name) => name.slice(variable.length))
    .toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
}

function openaiEndpoint(environment: Environment, ending: string): LiveEndpoint {
  const baseURLEnv = `OPENAI_BASE_URL${ending}`;
  return {
    type: 'openai',
    name: `openai${ending.replace('_', '-')}`,
    apiKeyEnv: `OPENAI_API_KEY${ending}`,
    ...(environment[baseURLEnv] && { baseURLEnv }),
  };
}

function azureEndpoint(
  environment: Environment,
  modelId: string,
  ending: string,
  place: Pick<AzureEndpointSettings, 'baseURLEnv' | 'resourceName'>,
): LiveEndpoint {
  const deployment = environment[`AZURE_DEPLOYMENT${ending}`] ?? environment['AZURE_DEPLOYMENT'];
  return {
    type: 'azure',
    name: `azure${ending.replace('_', '-')}`,
    apiKeyEnv: `AZURE_API_KEY${ending}`,
    ...place,
    apiVersion: environment[`AZURE_API_VERSION${ending}`] ?? environment['AZURE_API_VERSION'],
    deployments: deployment ? { [modelId]: deployment } : undefined,
  };
}
