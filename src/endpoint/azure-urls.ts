import { InvalidArgumentError } from '@ai-sdk/provider';

import { type AzureAddress, azureAddress } from '../settings/azure-address.ts';
import { hasDatedVersion } from '../settings/azure-version.ts';
import type { AzureEndpointSettings } from '../settings/endpoint-settings.ts';
import { isAISDK4 } from './installed-sdk.ts';

/** Where the requests of an Azure endpoint go. */
export interface AzureURLs {
  /** For the SDK: what it makes of this is known, and written anew by {@link rewrite}. */
  readonly baseURL: string;
  /** For the SDK, which takes the resource of the environment otherwise. */
  readonly speechBaseURL: string;
  /** The origins of both. */
  readonly origins: readonly string[];
  /** Makes the URL that Azure has of the one that the SDK has made for a model id. `name` is the deployment's. */
  rewrite(url: string, modelId: string | undefined, name: string | undefined): string;
}

/** The default of `@ai-sdk/azure` 1, and of 2 to 4. Projects have never had another than the last. */
const defaultVersion = (kind: AzureAddress['kind']): string =>
  isAISDK4() && kind !== 'project' ? '2025-03-01-preview' : 'v1';

/**
 * Majors of the SDK make different URLs of one address, some of them wrong, and put a model id in the path, which may lead out of it.
 * So the SDK gets a prefix to which it adds the operation alone (AI SDK 4 the model id and a version too), and the URL is made here.
 *
 * @param place URL of a resource, a project or a gateway.
 */
export function azureURLs(settings: AzureEndpointSettings, place: string): AzureURLs {
  const { root, kind } = azureAddress(place);
  const version = settings.apiVersion ?? defaultVersion(kind);
  const isGateway = kind === 'gateway';
  // A gateway has the paths of its own unless the settings say otherwise.
  const isDeploymentBased = hasDatedVersion(isGateway ? settings : { ...settings, apiVersion: version });
  const isOldGateway = isGateway && isAISDK4();
  const openai = isGateway ? root : `${root}/openai`;
  const baseURL = isGateway ? root : `${openai}/v1`;
  const speechBaseURL = isGateway
    ? root
    : new URL(root).origin.replace(/\.(?:openai|services\.ai)\.azure\./, '.cognitiveservices.azure.');
  // Projects refuse a version.
  const hasVersion = isDeploymentBased || isOldGateway || kind === 'resource';
  const query = hasVersion ? `?api-version=${encodeURIComponent(version)}` : '';

  const prefixFor = (operation: string, name: string | undefined): string => {
    if (!isDeploymentBased && !isOldGateway) return baseURL;
    // Responses belong to no deployment.
    if (name === undefined || operation === '/responses') return openai;
    return isDeploymentBased ? `${openai}/deployments/${segment(name)}` : `${root}/${segment(name)}`;
  };
  const operationOf = (added: string, modelId: string | undefined): string => {
    if (!isAISDK4()) return added;
    const start = added.startsWith(`/${modelId}/`) ? `/${modelId}`.length : 0;
    return added.slice(start, added.lastIndexOf('?'));
  };
  return {
    baseURL,
    speechBaseURL,
    origins: [baseURL, speechBaseURL].map((url) => new URL(url).origin),
    rewrite: (url, modelId, name) => {
      if (!url.startsWith(`${baseURL}/`)) return url;
      const operation = operationOf(url.slice(baseURL.length), modelId);
      return `${prefixFor(operation, name)}${operation}${query}`;
    },
  };
}

/** A name as one segment of a path: `..` would lead out of the deployments, with the key. */
function segment(name: string): string {
  if (name === '.' || name === '..') {
    throw new InvalidArgumentError({ argument: 'modelId', message: `No deployment can be called "${name}".` });
  }
  // Half a surrogate pair cannot be escaped.
  return encodeURIComponent(name.replace(/\p{Cs}/gu, '\uFFFD'));
}
