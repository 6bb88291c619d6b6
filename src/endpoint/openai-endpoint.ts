import { createOpenAI } from '@ai-sdk/openai';

import type { OpenAIEndpointSettings } from '../settings/endpoint-settings.ts';
import type { ResolvedEndpoint } from '../settings/resolve-settings.ts';
import type { Credentials } from './credentials.ts';
import { withRotatingKey } from './endpoint-fetch.ts';
import type { EndpointType, SdkProvider } from './endpoint.ts';
import { withInlineItems } from './inline-items.ts';
import { RequestCounter } from './request-counter.ts';
import { PLACEHOLDER_KEY, PLACEHOLDER_URL, withoutUndefined } from './provider-settings.ts';

/** An account or key at OpenAI. Model names there are OpenAI's own, so they tell their abilities themselves. */
export function openaiEndpoint(endpoint: ResolvedEndpoint, settings: OpenAIEndpointSettings): EndpointType {
  const nameOf = (modelId: string): string => endpoint.deployments.get(modelId)?.name ?? modelId;
  const requests = new RequestCounter();
  return {
    isThirdParty: false,
    hasTellingNames: true,
    metering: 'continuous',
    requests,
    nameOf,
    buildId: nameOf,
    cannotServe: () => undefined,
    memberKind: (kind) => kind,
    createProvider: (credentials) => createProvider(endpoint.name, settings, credentials, requests),
  };
}

function createProvider(
  name: string,
  settings: OpenAIEndpointSettings,
  credentials: Credentials,
  requests: RequestCounter,
): SdkProvider {
  const secret = typeof settings.apiKey === 'function' ? settings.apiKey : undefined;
  const counted = requests.counting(settings.fetch);
  const providerSettings = {
    // Always given, or the SDK would look into the environment while the provider is made.
    baseURL: credentials.baseURL ?? (settings.baseURLEnv === undefined ? 'https://api.openai.com/v1' : PLACEHOLDER_URL),
    apiKey: credentials.apiKey ?? PLACEHOLDER_KEY,
    organization: settings.organization,
    project: settings.project,
    headers: settings.headers,
    fetch: withInlineItems(
      secret === undefined
        ? counted
        : withRotatingKey(counted, name, { setting: 'apiKey', secret, header: 'authorization' }),
    ),
    // AI SDK 4 asks for token usage in streams only in this mode; later lines have no such setting.
    compatibility: 'strict',
  };
  return createOpenAI(withoutUndefined(providerSettings)) as unknown as SdkProvider;
}
