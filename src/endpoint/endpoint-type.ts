import type { ModelKind } from '../sdk.ts';
import type { Credentials } from './credentials.ts';
import type { ServiceRequests } from './service-requests.ts';

/** An AI SDK provider as far as the core is concerned: functions that make models, by names that vary. */
export type SdkProvider = Readonly<Record<string, unknown>> & { readonly specificationVersion?: string };

/** The name under which the service knows a model. */
export type NameOf = (modelId: string) => string;

/** What differs between the types of endpoint. */
export interface EndpointType {
  /** Whether names of models there tell which models they are. */
  readonly hasTellingNames: boolean;
  /** How the service measures its limits. */
  readonly metering: 'continuous' | 'windows';
  /** Where they are made by us. */
  readonly requests?: ServiceRequests;
  /** Makes the AI SDK provider. Credentials that are missing still make one, to tell what its models look like. */
  createProvider(credentials: Credentials): SdkProvider;
  /** URL of where it is, where that is known. */
  readonly place?: (credentials: Credentials) => string;
  /** Why it cannot serve a kind at all, naming the setting; `undefined` when it can. */
  cannotServe?(kind: ModelKind): string | undefined;
  /** The URL that a request goes to, of the one that the SDK has made for it, where they are not the same. */
  sentURL?(url: string, modelId: string, credentials: Credentials): string;
}
