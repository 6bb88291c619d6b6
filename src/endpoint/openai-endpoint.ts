import { createOpenAI } from '@ai-sdk/openai';

import type { OpenAIEndpointSettings } from '../settings/endpoint-settings.ts';
import type { ResolvedEndpoint } from '../settings/resolve-settings.ts';
import type { Credentials } from './credentials.ts';
import type { EndpointType, SdkProvider } from './endpoint.ts';
import { withInlineItems } from './inline-items.ts';
import { KeyFunction } from './key-function.ts';
import { type Credential, keyHeader, withOwnHeaders } from './own-headers.ts';
import { dropsFailures } from './installed-sdk.ts';
import { PLACEHOLDER_KEY, PLACEHOLDER_URL, withoutUndefined } from './provider-settings.ts';
import { readStreams } from './read-streams.ts';
import { withRedirects } from './redirects.ts';
import { RequestCounter } from './request-counter.ts';

/** An account or key at OpenAI. Model names there are OpenAI's own, so they tell their abilities themselves. */
export function openaiEndpoint(endpoint: ResolvedEndpoint, settings: OpenAIEndpointSettings): EndpointType {
  const nameOf = (modelId: string): string => endpoint.deployments.get(modelId)?.name ?? modelId;
  const requests = new RequestCounter();
  const { apiKey } = settings;
  const keyFunction = typeof apiKey === 'function' ? new KeyFunction(apiKey) : undefined;
  return {
    isThirdParty: false,
    hasTellingNames: true,
    metering: 'continuous',
    requests,
    keyFunction,
    keyHeader: keyFunction && (() => keyHeader(endpoint.name, credentialOf(keyFunction), keyFunction)),
    nameOf,
    buildId: nameOf,
    cannotServe: () => undefined,
    memberKind: (kind) => kind,
    place: (credentials) => baseURLOf(settings, credentials),
    createProvider: (credentials) => createProvider(endpoint.name, settings, credentials, { requests, keyFunction }),
  };
}

function createProvider(
  endpoint: string,
  settings: OpenAIEndpointSettings,
  credentials: Credentials,
  { requests, keyFunction }: { readonly requests: RequestCounter; readonly keyFunction: KeyFunction | undefined },
): SdkProvider {
  const { organization, project, headers } = settings;
  const baseURL = baseURLOf(settings, credentials);
  const apiKey = credentials.apiKey ?? PLACEHOLDER_KEY;
  const read = readStreams({ failures: dropsFailures(), finishReasons: credentials.baseURL !== undefined });
  const fetch = withOwnHeaders(withRedirects(requests.counting(settings.fetch), read, settings.redirect), {
    endpoint,
    credential: credentialOf(keyFunction ?? apiKey),
    headers: withoutUndefined({ 'openai-organization': organization, 'openai-project': project, ...headers }),
    prefixes: [`${baseURL}/`],
  });
  const providerSettings = {
    baseURL,
    apiKey,
    organization,
    project,
    headers,
    fetch: withInlineItems(fetch),
    // AI SDK 4 asks for token usage in streams only in this mode; later majors have no such setting.
    compatibility: 'strict',
  };
  return createOpenAI(withoutUndefined(providerSettings)) as unknown as SdkProvider;
}

const credentialOf = (secret: Credential['secret']): Credential => ({
  setting: 'apiKey',
  header: 'authorization',
  secret,
});

/** Always one, or the SDK would look into the environment while the provider is made. */
function baseURLOf({ baseURLEnv }: OpenAIEndpointSettings, { baseURL }: Credentials): string {
  const byDefault = baseURLEnv === undefined ? 'https://api.openai.com/v1' : PLACEHOLDER_URL;
  return (baseURL ?? byDefault).replace(/\/+$/, '');
}
