import { InvalidArgumentError } from '@ai-sdk/provider';

import { azureAddress } from '../settings/azure-address.ts';
import { hasDatedVersion } from '../settings/azure-version.ts';
import type { AzureEndpointSettings } from '../settings/endpoint-settings.ts';
import type { RewriteURL } from './deployment-name.ts';
import { isAISDK4 } from './installed-sdk.ts';

/**
 * Where the requests of an Azure endpoint go.
 *
 * Majors of the SDK make different URLs of one address, some of them wrong, and put a model id in the path, which may lead out of it.
 * So the SDK gets a prefix to which it adds the operation alone (AI SDK 4 the model id and a version too), and the URL is made here.
 *
 * @param place URL of a resource, a project or a gateway.
 */
export function azureURLs(settings: AzureEndpointSettings, place: string) {
  const { root, kind } = azureAddress(place);
  const isOld = isAISDK4();
  const isGateway = kind === 'gateway';
  // The defaults of @ai-sdk/azure 1 and of 2 to 4; projects have had no other than the last.
  const version = settings.apiVersion ?? (isOld && kind !== 'project' ? '2025-03-01-preview' : 'v1');
  const openai = isGateway ? root : `${root}/openai`;
  const baseURL = isGateway ? root : `${openai}/v1`;
  // Without one, the SDK takes the resource of the environment.
  const speechBaseURL = isGateway
    ? root
    : new URL(root).origin.replace(/\.(?:openai|services\.ai)\.azure\./, '.cognitiveservices.azure.');
  // A gateway has the paths of its own unless the settings say otherwise.
  const isDated = hasDatedVersion(isGateway ? settings : { ...settings, apiVersion: version });
  const deployments = isDated ? `${openai}/deployments` : isGateway && isOld ? openai : undefined;
  // Projects refuse a version, and gateways have none of their own.
  const query = deployments !== undefined || kind === 'resource' ? `?api-version=${encodeURIComponent(version)}` : '';
  const prefix = deployments === undefined ? baseURL : openai;
  const rewrite: RewriteURL = (url, modelId, name) => {
    if (!url.startsWith(`${baseURL}/`)) return url;
    const added = url.slice(baseURL.length);
    const operation = isOld ? withoutModelAndVersion(added, modelId) : added;
    // Responses belong to no deployment.
    const isOfDeployment = deployments !== undefined && name !== undefined && operation !== '/responses';
    return (isOfDeployment ? `${deployments}/${segment(name)}` : prefix) + operation + query;
  };
  return { baseURL, speechBaseURL, prefixes: [`${root}/`, `${speechBaseURL}/`], rewrite };
}

/** AI SDK 4 writes the model id as it is in front of the operation, and a version behind it. */
const withoutModelAndVersion = (added: string, modelId: string | undefined): string =>
  added.slice(added.startsWith(`/${modelId}/`) ? `/${modelId}`.length : 0, added.lastIndexOf('?'));

/** A name as one segment of a path: `..` would lead out of the deployments, with the key. */
function segment(name: string): string {
  if (name === '.' || name === '..') {
    throw new InvalidArgumentError({ argument: 'modelId', message: `No deployment can be called "${name}".` });
  }
  // Half a surrogate pair cannot be escaped.
  return encodeURIComponent(name.replace(/\p{Cs}/gu, '\uFFFD'));
}
