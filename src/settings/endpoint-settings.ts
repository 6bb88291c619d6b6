import type { CallDefaults } from './call-defaults.ts';

/** Limits that are known beforehand. What is not configured is learned from the headers of answers; the lower counts. */
export interface LimitSettings {
  /** Requests per minute; of an endpoint, for all that it has. @default learned from `x-ratelimit-limit-requests` */
  readonly rpm?: number | undefined;
  /** Tokens per minute; of an endpoint, for all that it has. @default learned from `x-ratelimit-limit-tokens` */
  readonly tpm?: number | undefined;
  /** Attempts under way at once, for each deployment. @default no limit */
  readonly maxConcurrency?: number | undefined;
}

/** A deployment with limits, time limits, options or headers of its own. */
export interface DeploymentSettings extends LimitSettings, CallDefaults {
  /** Name of the model or deployment at this endpoint. */
  readonly name: string;
}

/**
 * What endpoints of every type have in common. `rpm` and `tpm` here are limits of the whole endpoint, which all its deployments
 * share; `maxConcurrency` holds for each of them.
 */
export interface CommonEndpointSettings extends LimitSettings, CallDefaults {
  /**
   * Name in events, errors, metadata and `status()`. Must be unique. Without one it is such as `azure:my-eastus`, with `#2` for a
   * second one of the same place, and changes with the settings: give one to what you keep (dashboards, stored conversations).
   *
   * @default its type and place
   */
  readonly name?: string | undefined;
  /** Share of the calls, relative to the other endpoints of the same priority. Greater than 0. @default 1 */
  readonly weight?: number | undefined;
  /** Lower is preferred. A higher tier serves only while no endpoint of a lower one can. @default 0 */
  readonly priority?: number | undefined;
  /**
   * Endpoints with the same one have one quota: keys of one OpenAI organization, Azure resources of one subscription in one region.
   * What is written in `deployments` for a model is the group's for that model, `rpm` and `tpm` of an endpoint the group's over all
   * models; it is enough to write them at one of them. `maxConcurrency` stays each one's own.
   *
   * @default a quota of its own
   */
  readonly quotaGroup?: string | undefined;
  /**
   * Model id → name of the model or deployment at this endpoint, or its name and limits. Wins over `modelMapping`.
   *
   * @example { 'gpt-4': 'gpt4-west', 'gpt-5': { name: 'gpt5', rpm: 600, tpm: 150_000 } }
   */
  readonly deployments?: Readonly<Record<string, string | DeploymentSettings>> | undefined;
  /** The only model ids that this endpoint serves. @default every model id */
  readonly models?: readonly string[] | undefined;
}

/**
 * An API key, or a function that returns one: it is called for each attempt, so that keys can rotate. A key that is written and
 * `undefined` is an error of the first call, and no other key takes its place.
 */
export type ApiKey = string | (() => string | PromiseLike<string>);

/** What OpenAI and Azure endpoints have in common. */
export interface ServiceEndpointSettings extends CommonEndpointSettings {
  /** Environment variable that holds the `baseURL`. */
  readonly baseURLEnv?: string | undefined;
  /** The key, or a function that returns it or a promise of it, called for each attempt. `apiKeyEnv` keeps it out of the code. */
  readonly apiKey?: ApiKey | undefined;
  /** Used instead of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * Origins to which redirects may lead, besides the endpoint's own, such as `['https://eu.gateway.example']`: key, headers and
   * prompt go there too. Only 307 and 308 are followed, since the others would lose the prompt (RFC 9110, 15.4). A redirect that is
   * not followed is a failure of the endpoint.
   */
  readonly redirect?: readonly string[] | undefined;
}

/** An account or key at OpenAI, or at a service that speaks its API. */
export interface OpenAIEndpointSettings extends ServiceEndpointSettings {
  /** `'openai'` */
  readonly type: 'openai';
  /** URL prefix of the API. @default what `@ai-sdk/openai` uses: `https://api.openai.com/v1`, or `OPENAI_BASE_URL` from AI SDK 5 on */
  readonly baseURL?: string | undefined;
  /** Environment variable that holds the key; read at the first call. @default OPENAI_API_KEY, when `apiKey` is left out */
  readonly apiKeyEnv?: string | undefined;
  /** OpenAI organization. */
  readonly organization?: string | undefined;
  /** OpenAI project. */
  readonly project?: string | undefined;
}

/** An Azure OpenAI resource. */
export interface AzureEndpointSettings extends ServiceEndpointSettings {
  /** `'azure'` */
  readonly type: 'azure';
  /**
   * Name of the resource: `https://{resourceName}.openai.azure.com`. Not together with `baseURL` or `baseURLEnv`.
   *
   * @default the environment variable `AZURE_RESOURCE_NAME`
   */
  readonly resourceName?: string | undefined;
  /**
   * URL of the resource or the Foundry project instead of `resourceName`, as it is pasted:
   * `https://my-eastus.openai.azure.com`, with or without `/openai`, `/openai/v1` or an operation. On hosts that are not Azure's
   * own (a gateway) it is used as it is.
   */
  readonly baseURL?: string | undefined;
  /**
   * Environment variable that holds the key; read at the first call.
   *
   * @default AZURE_API_KEY, when `apiKey` and `tokenProvider` are left out
   */
  readonly apiKeyEnv?: string | undefined;
  /** Returns a Microsoft Entra ID token; called for each attempt, on every major of the AI SDK. Not together with a key. */
  readonly tokenProvider?: (() => string | PromiseLike<string>) | undefined;
  /**
   * `v1`, or a dated version such as `2024-10-21`. A dated one means the deployment-based URLs
   * (`/deployments/{name}/chat/completions?api-version=…`) on every major of the AI SDK, which have no Responses API.
   *
   * @default what `@ai-sdk/azure` uses: `v1`, and `2025-03-01-preview` with AI SDK 4
   */
  readonly apiVersion?: string | undefined;
  /** Deployment-based URLs, also for an `apiVersion` without a date. @default true for a dated `apiVersion` */
  readonly useDeploymentBasedUrls?: boolean | undefined;
}

/** Any AI SDK provider of the installed major. */
export interface ProviderEndpointSettings extends CommonEndpointSettings {
  /** To be left out. */
  readonly type?: undefined;
  /** The provider, such as `createAnthropic()`. Its models must have the specification version of the others in the ring. */
  readonly provider: object;
}

/** One place that models are called at. */
export type EndpointSettings = OpenAIEndpointSettings | AzureEndpointSettings | ProviderEndpointSettings;
