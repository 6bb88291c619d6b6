import { createAzure } from '@ai-sdk/azure';

import { hasDatedVersion } from '../settings/azure-version.ts';
import type { AzureEndpointSettings } from '../settings/endpoint-settings.ts';
import { azureURLs } from './azure-urls.ts';
import type { Credentials } from './credentials.ts';
import { withDeploymentName } from './deployment-name.ts';
import type { EndpointType, NameOf, SdkProvider } from './endpoint-type.ts';
import { PLACEHOLDER_KEY, PLACEHOLDER_URL, withoutUndefined } from './provider-settings.ts';
import { ServiceRequests } from './service-requests.ts';

/** An Azure OpenAI resource. Deployment names tell nothing, so models are built with the logical id and renamed in flight. */
export function azureEndpoint(endpoint: string, settings: AzureEndpointSettings, nameOf: NameOf): EndpointType {
  const requests = new ServiceRequests(endpoint, settings);
  return {
    hasTellingNames: false,
    metering: 'windows',
    requests,
    place: placeOf,
    cannotServe: (kind) => (kind === 'responses' ? inability(settings) : undefined),
    sentURL: (url, modelId, credentials) =>
      azureURLs(settings, placeOf(credentials)).rewrite(url, modelId, nameOf(modelId)),
    createProvider: (credentials) => {
      const { baseURL, speechBaseURL, prefixes, rewrite } = azureURLs(settings, placeOf(credentials));
      const { headers = {} } = settings;
      const apiKey = credentials.apiKey ?? PLACEHOLDER_KEY;
      const fetch = withDeploymentName(requests.fetch(apiKey, false, { headers, prefixes }), nameOf, rewrite);
      const providerSettings = { baseURL, speechBaseURL, apiKey, headers, fetch };
      // The types of the installed line know neither the members nor the settings of the others.
      return createAzure(withoutUndefined(providerSettings)) as unknown as SdkProvider;
    },
  };
}

function placeOf({ baseURL, resourceName }: Credentials): string {
  return baseURL ?? (resourceName === undefined ? PLACEHOLDER_URL : `https://${resourceName}.openai.azure.com`);
}

function inability({ apiVersion, useDeploymentBasedUrls }: AzureEndpointSettings): string | undefined {
  if (!hasDatedVersion({ apiVersion, useDeploymentBasedUrls })) return undefined;
  const setting = useDeploymentBasedUrls === undefined ? `apiVersion "${apiVersion}"` : 'useDeploymentBasedUrls';
  return `${setting} has no Responses API`;
}
