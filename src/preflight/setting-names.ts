import type { AzureEndpointSettings } from '../settings/endpoint-settings.ts';
import { readEnvironment } from '../settings/environment.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';
import { isTellingVariable } from '../settings/text-rules.ts';
import type { Subject } from './subjects.ts';

/** Where the settings of what was asked are, as the user wrote them. */
export interface SettingNames {
  /** A setting of the endpoint. */
  readonly at: (name: string) => string;
  /** What the key comes from. */
  readonly key: string;
  /** What says where the endpoint is. */
  readonly place: string;
  /** What gives the model its name there. */
  readonly model: string;
  /** What may be wrong with a path beside its beginning. */
  readonly version: string;
  /** What may be wrong with a connection beside that. */
  readonly transport: string;
}

type Name = keyof AzureEndpointSettings | 'provider';

/** Finds the names of the settings of what was asked. */
export function settingNames(
  { endpoint, modelId }: Subject,
  { endpoints, modelMapping }: ResolvedSettings,
): SettingNames {
  const index = endpoints.findIndex(({ name }) => name === endpoint.name);
  const { settings, deployments } = endpoints[index] ?? { settings: undefined };
  const at = (name: string): string => `endpoints[${index}].${name}`;
  const written = (names: readonly Name[], usual: string): string => {
    const values = (settings ?? {}) as Readonly<Partial<Record<Name, unknown>>>;
    const name = names.find((each) => values[each] !== undefined);
    if (name === undefined) return usual;
    const variable = name.endsWith('Env') ? String(values[name]) : '';
    return isTellingVariable(variable) ? `${at(name)} (${variable})` : at(name);
  };
  const isAzure = settings?.type === 'azure';
  const isMapped = isAzure && deployments?.has(modelId) === false && modelMapping.has(modelId);
  const otherPlace = readEnvironment('OPENAI_BASE_URL') === undefined ? at('baseURL') : 'OPENAI_BASE_URL';
  return {
    at,
    key: written(['provider', 'apiKeyEnv', 'apiKey', 'tokenProvider'], isAzure ? 'AZURE_API_KEY' : 'OPENAI_API_KEY'),
    place: written(['provider', 'baseURLEnv', 'baseURL', 'resourceName'], isAzure ? 'AZURE_RESOURCE_NAME' : otherPlace),
    model: isMapped ? `modelMapping.${modelId}` : at(`deployments${deployments?.has(modelId) ? `.${modelId}` : ''}`),
    version: isAzure ? ` and at ${at('apiVersion')}` : '',
    transport: written(['fetch'], '') && ` and at ${at('fetch')}`,
  };
}
