import { createAzure } from '@ai-sdk/azure';

import { hasDatedVersion } from '../settings/azure-version.ts';
import type { AzureEndpointSettings } from '../settings/endpoint-settings.ts';
import type { ResolvedEndpoint } from '../settings/resolve-settings.ts';
import { azureBaseURL, deploymentUrls } from './azure-url.ts';
import type { Credentials } from './credentials.ts';
import { type RotatingHeader, withDeploymentName, withRotatingKey } from './endpoint-fetch.ts';
import type { EndpointType, SdkProvider } from './endpoint.ts';
import { withInlineItems } from './inline-items.ts';
import { RequestCounter } from './request-counter.ts';
import { PLACEHOLDER_KEY, PLACEHOLDER_URL, withoutUndefined } from './provider-settings.ts';

/** An Azure OpenAI resource. Deployment names tell nothing, so models are built with the logical id and renamed in flight. */
export function azureEndpoint(
  endpoint: ResolvedEndpoint,
  settings: AzureEndpointSettings,
  modelMapping: ReadonlyMap<string, string>,
): EndpointType {
  const nameOf = (modelId: string): string =>
    endpoint.deployments.get(modelId)?.name ?? modelMapping.get(modelId) ?? modelId;
  const requests = new RequestCounter();
  return {
    isThirdParty: false,
    hasTellingNames: false,
    metering: 'windows',
    requests,
    nameOf,
    buildId: (modelId) => modelId,
    memberKind: (kind) => kind,
    cannotServe: (kind) => (kind === 'responses' ? inability(settings) : undefined),
    createProvider: (credentials) => createProvider(endpoint.name, settings, credentials, { nameOf, requests }),
  };
}

function inability(settings: AzureEndpointSettings): string | undefined {
  if (!hasDatedVersion(settings)) return undefined;
  return settings.useDeploymentBasedUrls === undefined
    ? `apiVersion "${settings.apiVersion}" has no Responses API`
    : 'useDeploymentBasedUrls has no Responses API';
}

function createProvider(
  name: string,
  settings: AzureEndpointSettings,
  credentials: Credentials,
  { nameOf, requests }: { readonly nameOf: (modelId: string) => string; readonly requests: RequestCounter },
): SdkProvider {
  const rotating = rotatingHeader(settings);
  const counted = requests.counting(settings.fetch);
  const sender = rotating === undefined ? counted : withRotatingKey(counted, name, rotating);
  const baseURL = settings.baseURLEnv === undefined ? settings.baseURL : (credentials.baseURL ?? PLACEHOLDER_URL);
  const place = azureBaseURL({ ...settings, baseURL, resourceName: credentials.resourceName ?? settings.resourceName });
  const providerSettings = {
    ...place,
    apiKey: credentials.apiKey ?? PLACEHOLDER_KEY,
    apiVersion: settings.apiVersion,
    headers: settings.headers,
    fetch: withInlineItems(withDeploymentName(sender, nameOf, deploymentUrls(place))),
  };
  return createAzure(withoutUndefined(providerSettings)) as unknown as SdkProvider;
}

/** The SDK's own `tokenProvider` is missing in AI SDK 4, and its key cannot rotate: both are done the same way here. */
function rotatingHeader({ tokenProvider, apiKey }: AzureEndpointSettings): RotatingHeader | undefined {
  if (tokenProvider !== undefined) return { setting: 'tokenProvider', secret: tokenProvider, header: 'authorization' };
  if (typeof apiKey === 'function') return { setting: 'apiKey', secret: apiKey, header: 'api-key' };
  return undefined;
}
