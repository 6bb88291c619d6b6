import { memberName } from '../sdk.ts';
import type { EndpointType, SdkProvider } from './endpoint-type.ts';

/** Any AI SDK provider that was handed in. */
export const providerEndpoint = (provider: SdkProvider): EndpointType => ({
  hasTellingNames: true,
  metering: 'continuous',
  createProvider: () => provider,
  cannotServe: (kind) =>
    kind === 'responses' && memberName(provider, kind) === undefined ? 'this provider has no Responses API' : undefined,
});
