import { createAzure } from '@ai-sdk/azure';

import { hasDatedVersion } from '../settings/azure-version.ts';
import type { AzureEndpointSettings } from '../settings/endpoint-settings.ts';
import type { ResolvedEndpoint } from '../settings/resolve-settings.ts';
import { azureURLs } from './azure-urls.ts';
import type { Credentials } from './credentials.ts';
import { withDeploymentName } from './deployment-name.ts';
import type { EndpointType, SdkProvider } from './endpoint.ts';
import { withInlineItems } from './inline-items.ts';
import { dropsFailures } from './installed-sdk.ts';
import { KeyFunction } from './key-function.ts';
import { type Credential, keyHeader, withOwnHeaders } from './own-headers.ts';
import { PLACEHOLDER_KEY, PLACEHOLDER_URL, withoutUndefined } from './provider-settings.ts';
import { readStreams } from './read-streams.ts';
import { withRedirects } from './redirects.ts';
import { RequestCounter } from './request-counter.ts';

/** An Azure OpenAI resource. Deployment names tell nothing, so models are built with the logical id and renamed in flight. */
export function azureEndpoint(
  endpoint: ResolvedEndpoint,
  settings: AzureEndpointSettings,
  modelMapping: ReadonlyMap<string, string>,
): EndpointType {
  const nameOf = (modelId: string): string =>
    endpoint.deployments.get(modelId)?.name ?? modelMapping.get(modelId) ?? modelId;
  const requests = new RequestCounter();
  const { tokenProvider, apiKey } = settings;
  const get = tokenProvider ?? (typeof apiKey === 'function' ? apiKey : undefined);
  const keyFunction = get && new KeyFunction(get);
  return {
    isThirdParty: false,
    hasTellingNames: false,
    metering: 'windows',
    requests,
    keyFunction,
    keyHeader: keyFunction && (() => keyHeader(endpoint.name, credentialOf(settings, keyFunction), keyFunction)),
    nameOf,
    buildId: (modelId) => modelId,
    memberKind: (kind) => kind,
    place: placeOf,
    cannotServe: (kind) => (kind === 'responses' ? inability(settings) : undefined),
    sentURL: (url, modelId, credentials) =>
      azureURLs(settings, placeOf(credentials)).rewrite(url, modelId, nameOf(modelId)),
    createProvider: (credentials) =>
      createProvider(endpoint.name, settings, credentials, { nameOf, requests, keyFunction }),
  };
}

function placeOf({ baseURL, resourceName }: Credentials): string {
  return baseURL ?? (resourceName === undefined ? PLACEHOLDER_URL : `https://${resourceName}.openai.azure.com`);
}

function inability(settings: AzureEndpointSettings): string | undefined {
  if (!hasDatedVersion(settings)) return undefined;
  return settings.useDeploymentBasedUrls === undefined
    ? `apiVersion "${settings.apiVersion}" has no Responses API`
    : 'useDeploymentBasedUrls has no Responses API';
}

function createProvider(
  endpoint: string,
  settings: AzureEndpointSettings,
  credentials: Credentials,
  {
    nameOf,
    requests,
    keyFunction,
  }: Pick<EndpointType, 'nameOf' | 'keyFunction'> & { readonly requests: RequestCounter },
): SdkProvider {
  const urls = azureURLs(settings, placeOf(credentials));
  const apiKey = credentials.apiKey ?? PLACEHOLDER_KEY;
  const read = readStreams({ failures: dropsFailures(), finishReasons: false });
  const fetch = withOwnHeaders(withRedirects(requests.counting(settings.fetch), read, settings.redirect), {
    endpoint,
    credential: credentialOf(settings, keyFunction ?? apiKey),
    headers: settings.headers ?? {},
    prefixes: urls.prefixes,
  });
  const providerSettings = {
    baseURL: urls.baseURL,
    speechBaseURL: urls.speechBaseURL,
    apiKey,
    headers: settings.headers,
    fetch: withInlineItems(withDeploymentName(fetch, nameOf, urls.rewrite)),
  };
  return createAzure(withoutUndefined(providerSettings)) as unknown as SdkProvider;
}

/** The SDK's own `tokenProvider` is missing in AI SDK 4, and its key cannot rotate: both are done the same way here. */
function credentialOf({ tokenProvider }: AzureEndpointSettings, secret: Credential['secret']): Credential {
  return tokenProvider === undefined
    ? { setting: 'apiKey', header: 'api-key', secret }
    : { setting: 'tokenProvider', header: 'authorization', secret };
}
