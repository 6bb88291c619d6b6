import { hasDatedVersion } from '../settings/azure-version.ts';
import { isFirstLine } from './provider-facts.ts';

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
  const isDeploymentBased = hasDatedVersion(place);
  const baseURL = place.baseURL === undefined ? undefined : withOpenAIPath(place.baseURL, isDeploymentBased);
  if (isFirstLine()) {
    const needsDeployments = baseURL !== undefined && (isDeploymentBased || isAzureHost(baseURL));
    return { resourceName: place.resourceName, baseURL: needsDeployments ? `${baseURL}/deployments` : baseURL };
  }
  return {
    resourceName: place.resourceName,
    baseURL,
    useDeploymentBasedUrls: isDeploymentBased || undefined,
  };
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
