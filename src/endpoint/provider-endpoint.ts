import { MEMBERS, type ModelKind } from '../sdk.ts';
import type { ProviderEndpointSettings } from '../settings/endpoint-settings.ts';
import type { ResolvedEndpoint } from '../settings/resolve-settings.ts';
import type { EndpointType, SdkProvider } from './endpoint.ts';

/** Any AI SDK provider that was handed in. */
export function providerEndpoint(endpoint: ResolvedEndpoint, settings: ProviderEndpointSettings): EndpointType {
  const provider = settings.provider as SdkProvider;
  const nameOf = (modelId: string): string => endpoint.deployments.get(modelId)?.name ?? modelId;
  return {
    isThirdParty: true,
    hasTellingNames: true,
    metering: 'continuous',
    requests: undefined,
    nameOf,
    buildId: nameOf,
    place: () => undefined,
    createProvider: () => provider,
    cannotServe: (kind) =>
      kind === 'responses' && !has(provider, 'responses') ? 'this provider has no Responses API' : undefined,
    // A provider with one API for language models has no member for it; one with several is asked for the one wanted.
    memberKind: (kind) => (kind === 'chat' && !has(provider, 'chat') ? 'language' : kind),
  };
}

const has = (provider: SdkProvider, kind: ModelKind): boolean =>
  MEMBERS[kind].some((name) => typeof provider[name] === 'function');
