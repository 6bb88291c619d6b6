import { MEMBERS, type ModelKind } from '../sdk.ts';
import type { EndpointType, SdkProvider } from './endpoint-type.ts';

/** Any AI SDK provider that was handed in. */
export function providerEndpoint(provider: SdkProvider): EndpointType {
  const has = (kind: ModelKind): boolean => MEMBERS[kind].some((name) => typeof provider[name] === 'function');
  return {
    hasTellingNames: true,
    metering: 'continuous',
    createProvider: () => provider,
    cannotServe: (kind) => (kind === 'responses' && !has(kind) ? 'this provider has no Responses API' : undefined),
    // A provider with one API for language models has no member for it; one with several is asked for the one wanted.
    memberKind: (kind) => (kind === 'chat' && !has(kind) ? 'language' : kind),
  };
}
