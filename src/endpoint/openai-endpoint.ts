import { createOpenAI } from '@ai-sdk/openai';

import type { OpenAIEndpointSettings } from '../settings/endpoint-settings.ts';
import type { ResolvedEndpoint } from '../settings/resolve-settings.ts';
import type { Credentials } from './credentials.ts';
import { withRotatingKey } from './endpoint-fetch.ts';
import type { EndpointType, SdkProvider } from './endpoint.ts';
import { withInlineItems } from './inline-items.ts';
import { PLACEHOLDER_KEY, PLACEHOLDER_URL, withoutUndefined } from './provider-settings.ts';

/** An account or key at OpenAI. Model names there are OpenAI's own, so they tell their abilities themselves. */
export function openaiEndpoint(endpoint: ResolvedEndpoint, settings: OpenAIEndpointSettings): EndpointType {
  const nameOf = (modelId: string): string => endpoint.deployments.get(modelId)?.name ?? modelId;
  return {
    isThirdParty: false,
    hasTellingNames: true,
    metering: 'continuous',
    nameOf,
    buildId: nameOf,
    cannotServe: () => undefined,
    memberKind: (kind) => kind,
    createProvider: (credentials) => createProvider(endpoint.name, settings, credentials),
  };
}

function createProvider(name: string, settings: OpenAIEndpointSettings, credentials: Credentials): SdkProvider {
  const secret = typeof settings.apiKey === 'function' ? settings.apiKey : undefined;
  const providerSettings = {
    baseURL: settings.baseURLEnv === undefined ? settings.baseURL : (credentials.baseURL ?? PLACEHOLDER_URL),
    apiKey: credentials.apiKey ?? PLACEHOLDER_KEY,
    organization: settings.organization,
    project: settings.project,
    headers: settings.headers,
    fetch: withInlineItems(
      secret === undefined
        ? settings.fetch
        : withRotatingKey(settings.fetch, name, { setting: 'apiKey', secret, header: 'authorization' }),
    ),
    // AI SDK 4 asks for token usage in streams only in this mode; later lines have no such setting.
    compatibility: 'strict',
  };
  return createOpenAI(withoutUndefined(providerSettings)) as unknown as SdkProvider;
}
