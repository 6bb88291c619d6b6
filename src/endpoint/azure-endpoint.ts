import { createAzure } from '@ai-sdk/azure';

import { hasDatedVersion } from '../settings/azure-version.ts';
import type { AzureEndpointSettings } from '../settings/endpoint-settings.ts';
import type { ResolvedEndpoint } from '../settings/resolve-settings.ts';
import { azureBaseURL } from './azure-url.ts';
import type { Credentials } from './credentials.ts';
import { type RotatingHeader, withDeploymentName, withRotatingKey } from './endpoint-fetch.ts';
import type { EndpointType, SdkProvider } from './endpoint.ts';
import { withInlineItems } from './inline-items.ts';
import { PLACEHOLDER_KEY, PLACEHOLDER_URL, withoutUndefined } from './provider-settings.ts';

/** An Azure OpenAI resource. Deployment names tell nothing, so models are built with the logical id and renamed in flight. */
export function azureEndpoint(
  endpoint: ResolvedEndpoint,
  settings: AzureEndpointSettings,
  modelMapping: ReadonlyMap<string, string>,
): EndpointType {
  const nameOf = (modelId: string): string =>
    endpoint.deployments.get(modelId)?.name ?? modelMapping.get(modelId) ?? modelId;
  return {
    isThirdParty: false,
    hasTellingNames: false,
    metering: 'windows',
    nameOf,
    buildId: (modelId) => modelId,
    memberKind: (kind) => kind,
    cannotServe: (kind) => (kind === 'responses' ? inability(settings) : undefined),
    createProvider: (credentials) => createProvider(endpoint.name, settings, credentials, nameOf),
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
  nameOf: (modelId: string) => string,
): SdkProvider {
  const rotating = rotatingHeader(settings);
  const sender = rotating === undefined ? settings.fetch : withRotatingKey(settings.fetch, name, rotating);
  const baseURL = settings.baseURLEnv === undefined ? settings.baseURL : (credentials.baseURL ?? PLACEHOLDER_URL);
  const providerSettings = {
    ...azureBaseURL({ ...settings, baseURL, resourceName: credentials.resourceName ?? settings.resourceName }),
    apiKey: credentials.apiKey ?? PLACEHOLDER_KEY,
    apiVersion: settings.apiVersion,
    headers: settings.headers,
    fetch: withInlineItems(withDeploymentName(sender, nameOf)),
  };
  return createAzure(withoutUndefined(providerSettings)) as unknown as SdkProvider;
}

/** The SDK's own `tokenProvider` is missing in AI SDK 4, and its key cannot rotate: both are done the same way here. */
function rotatingHeader({ tokenProvider, apiKey }: AzureEndpointSettings): RotatingHeader | undefined {
  if (tokenProvider !== undefined) return { setting: 'tokenProvider', secret: tokenProvider, header: 'authorization' };
  if (typeof apiKey === 'function') return { setting: 'apiKey', secret: apiKey, header: 'api-key' };
  return undefined;
}
