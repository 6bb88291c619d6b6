import { hasDatedVersion } from '../settings/azure-version.ts';
import type { DeploymentUrls } from './deployment-url.ts';
import { isFirstLine } from './installed-line.ts';

interface AzurePlace {
  readonly resourceName: string | undefined;
  readonly baseURL: string | undefined;
  readonly apiVersion?: string | undefined;
  readonly useDeploymentBasedUrls?: boolean | undefined;
}

interface AzurePlaceSettings {
  readonly resourceName?: string | undefined;
  readonly baseURL?: string | undefined;
  readonly useDeploymentBasedUrls?: boolean | undefined;
}

/**
 * Says where a resource is so that every AI SDK line makes the same URLs of it.
 *
 * `@ai-sdk/azure` 1 knows only deployment-based URLs and wants a baseURL that ends in `/deployments`; 2 to 4 want
 * `useDeploymentBasedUrls` and one that does not.
 */
export function azureBaseURL(place: AzurePlace): AzurePlaceSettings {
  const { resourceName } = place;
  const isDeploymentBased = hasDatedVersion(place);
  if (isFirstLine())
    return { resourceName, baseURL: place.baseURL && firstLineBaseURL(place.baseURL, isDeploymentBased) };
  const baseURL = place.baseURL && withOpenAIPath(place.baseURL, isDeploymentBased);
  return { resourceName, baseURL, useDeploymentBasedUrls: isDeploymentBased || undefined };
}

/** Where the deployment stands in the URLs that the SDK makes of a place; `undefined` when it stands in none. */
export function deploymentUrls({
  resourceName,
  baseURL,
  useDeploymentBasedUrls,
}: AzurePlaceSettings): DeploymentUrls | undefined {
  const openai = `https://${resourceName}.openai.azure.com/openai`;
  if (!isFirstLine()) {
    return useDeploymentBasedUrls === true ? { prefix: normal(`${baseURL ?? openai}/deployments/`) } : undefined;
  }
  const base = baseURL ?? `${openai}/deployments`;
  const right = base.replace(/\/deployments$/, '');
  return {
    prefix: normal(`${base}/`),
    // With its query: a deployment may be called `responses-2`.
    responses: { wrong: normal(`${base}/responses?`), right: normal(`${right}/responses?`) },
  };
}

/** As `fetch` will see it: hosts in lower case, odd characters escaped. */
const normal = (url: string): string => (URL.canParse(url) ? new URL(url).toString() : url);

/** Any baseURL of a gateway is taken as it is; on Azure's own hosts there is only one that works. */
function firstLineBaseURL(baseURL: string, isDeploymentBased: boolean): string {
  if (!isDeploymentBased && !isAzureHost(baseURL)) return baseURL.replace(/\/+$/, '');
  return `${withOpenAIPath(baseURL, true)}/deployments`;
}

/** Azure's hosts, as `@ai-sdk/azure` tells them (`getAzureOpenAIBaseURLInfo` in its `azure-openai-provider.ts`). */
const isAzureHost = (baseURL: string): boolean =>
  /\.(?:openai\.azure\.com|services\.ai\.azure\.com|cognitiveservices\.azure\.com)$/.test(new URL(baseURL).hostname);

/** The portal shows `https://{resource}.openai.azure.com/`, which is also what the Python library takes. */
function withOpenAIPath(baseURL: string, isDeploymentBased: boolean): string {
  const trimmed = baseURL.replace(/\/+$/, '').replace(/\/deployments$/, '');
  if (!isAzureHost(baseURL)) return trimmed;
  const { origin, pathname } = new URL(trimmed);
  if (pathname === '/') return `${origin}/openai`;
  // Deployment-based URLs have no /v1 in them.
  return isDeploymentBased ? trimmed.replace(/\/openai\/v1$/, '/openai') : trimmed;
}
