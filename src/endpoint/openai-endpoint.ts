import { createOpenAI } from '@ai-sdk/openai';

import type { OpenAIEndpointSettings } from '../settings/endpoint-settings.ts';
import type { Credentials } from './credentials.ts';
import type { EndpointType, SdkProvider } from './endpoint-type.ts';
import { PLACEHOLDER_KEY, PLACEHOLDER_URL, withoutUndefined } from './provider-settings.ts';
import { ServiceRequests } from './service-requests.ts';

/** An account or key at OpenAI. Model names there are OpenAI's own, so they tell their abilities themselves. */
export function openaiEndpoint(endpoint: string, settings: OpenAIEndpointSettings): EndpointType {
  const requests = new ServiceRequests(endpoint, settings);
  return {
    hasTellingNames: true,
    metering: 'continuous',
    requests,
    place: (credentials) => baseURLOf(settings, credentials),
    createProvider: (credentials) => {
      const { organization, project, headers } = settings;
      const baseURL = baseURLOf(settings, credentials);
      const apiKey = credentials.apiKey ?? PLACEHOLDER_KEY;
      const fetch = requests.fetch(apiKey, credentials.baseURL !== undefined, {
        headers: withoutUndefined({ 'openai-organization': organization, 'openai-project': project, ...headers }),
        prefixes: [`${baseURL}/`],
      });
      // AI SDK 4 asks for token usage in streams only in this mode; later majors have no such setting.
      const compatibility = 'strict';
      const providerSettings = { baseURL, apiKey, organization, project, headers, fetch, compatibility };
      // The types of the installed line know neither the members nor the settings of the others.
      return createOpenAI(withoutUndefined(providerSettings)) as unknown as SdkProvider;
    },
  };
}

/** Always one, or the SDK would look into the environment while the provider is made. */
function baseURLOf({ baseURLEnv }: OpenAIEndpointSettings, { baseURL }: Credentials): string {
  const byDefault = baseURLEnv === undefined ? 'https://api.openai.com/v1' : PLACEHOLDER_URL;
  return (baseURL ?? byDefault).replace(/\/+$/, '');
}
