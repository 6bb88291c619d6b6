import { NoSuchModelError } from '@ai-sdk/provider';

import { kindName } from '../errors/no-such-model.ts';
import type { ServerAddress } from '../events.ts';
import { errorChain } from '../failure/error-chain.ts';
import { textAt } from '../foreign.ts';
import { shownPath } from '../failure/shown-path.ts';
import { LruMap } from '../lru-map.ts';
import { memberName, type ModelKind, type ModelSettings, type SdkModel } from '../sdk.ts';
import { type CallDefaults, mergeDefaults } from '../settings/call-defaults.ts';
import type { DeploymentSettings, EndpointSettings, LimitSettings } from '../settings/endpoint-settings.ts';
import type { ResolvedEndpoint } from '../settings/resolve-settings.ts';
import { azureEndpoint } from './azure-endpoint.ts';
import { type Credentials, statedCredentials } from './credentials.ts';
import type { EndpointType, NameOf, SdkProvider } from './endpoint-type.ts';
import { openaiEndpoint } from './openai-endpoint.ts';
import { providerEndpoint } from './provider-endpoint.ts';

/** Models that are kept once they are built. Not all, since ids may come from anywhere. */
const MOST_MODELS = 1_000;

/** One place that models are called at: makes real models, and knows nothing of health or of other endpoints. */
export class Endpoint {
  readonly name: string;
  readonly weight: number;
  readonly priority: number;
  /** Of endpoints that have one quota. */
  readonly quotaGroup: string | undefined;
  readonly settings: EndpointSettings;
  /** Of the whole endpoint. */
  readonly limits: LimitSettings;
  readonly type: EndpointType;
  /** The name under which the service knows a model. */
  readonly nameOf: NameOf;
  /** When its credentials were found missing, where it was left out for that; on the core's clock. */
  skippedAt: number | undefined;
  readonly #resolved: ResolvedEndpoint;
  #credentials: Credentials;
  #models = new LruMap<string, SdkModel>(MOST_MODELS);
  #provider: SdkProvider | undefined;
  #place: URL | undefined;

  /** @param modelMapping names of deployments at every Azure endpoint. */
  constructor(resolved: ResolvedEndpoint, modelMapping: ReadonlyMap<string, string>) {
    const { name, weight, priority, quotaGroup, limits, deployments, settings } = resolved;
    this.name = name;
    this.weight = weight;
    this.priority = priority;
    this.quotaGroup = quotaGroup;
    this.settings = settings;
    this.limits = limits;
    this.nameOf = (modelId) =>
      deployments.get(modelId)?.name ?? (settings.type === 'azure' ? modelMapping.get(modelId) : undefined) ?? modelId;
    this.type = typeOf(name, settings, this.nameOf);
    this.#resolved = resolved;
    this.#credentials = statedCredentials(settings);
  }

  get credentials(): Credentials {
    return this.#credentials;
  }

  /** A provider that was handed in, of which nothing is known. */
  get isThirdParty(): boolean {
    return this.type.requests === undefined;
  }

  /** The AI SDK provider behind it. */
  get provider(): SdkProvider {
    this.#provider ??= this.type.createProvider(this.#credentials);
    return this.#provider;
  }

  /** Where its requests go, as far as that is known. */
  get server(): ServerAddress | undefined {
    const url = this.#url;
    if (url === undefined) return undefined;
    // IPv6 addresses are in brackets in URLs only.
    const address = url.hostname.replace(/^\[|\]$/g, '');
    return Object.freeze({ address, port: Number(url.port) || (url.protocol === 'http:' ? 80 : 443) });
  }

  /** The same as the origin of a URL. */
  get origin(): string | undefined {
    return this.#url?.origin;
  }

  get #url(): URL | undefined {
    const { place } = this.type;
    if (place !== undefined) this.#place ??= new URL(place(this.#credentials));
    return this.#place;
  }

  /** Path that a failed request was for, as it may be shown; `undefined` where there was none. */
  askedPath(error: unknown, modelId: string): string | undefined {
    const made = errorChain(error)
      .map((link) => textAt(link, 'url'))
      .find((url) => url !== undefined && URL.canParse(url));
    if (made === undefined) return undefined;
    const sent = this.type.sentURL?.(made, modelId, this.#credentials) ?? made;
    return shownPath(sent, this.nameOf(modelId));
  }

  /** Left out because its credentials are missing. */
  get isSkipped(): boolean {
    return this.skippedAt !== undefined;
  }

  /** Takes the credentials that the first call found; what was built without them is built again. */
  useCredentials(credentials: Credentials): void {
    this.#credentials = credentials;
    this.#provider = undefined;
    this.#place = undefined;
    this.#models = new LruMap(MOST_MODELS);
  }

  /** Limits of one model there: the lowest that any of its ids was given. */
  limitsOf(modelId: string): LimitSettings {
    const own = lowestLimits(this.#deploymentSettings(modelId));
    return { ...own, maxConcurrency: own.maxConcurrency ?? this.limits.maxConcurrency };
  }

  /** What calls to one model there are given. */
  defaultsOf(modelId: string): CallDefaults {
    return this.#deploymentSettings(modelId).reduce(mergeDefaults, this.#resolved.callDefaults);
  }

  /** All that is written of one model there, under whichever ids. */
  #deploymentSettings(modelId: string): readonly DeploymentSettings[] {
    const name = this.nameOf(modelId);
    const { deployments } = this.#resolved;
    return [...deployments].filter(([id, named]) => (named.name ?? id) === name).map(([, named]) => named);
  }

  /** Why it does not serve a model id, as a line for an error; `undefined` when it does. */
  refuses(modelId: string): string | undefined {
    return this.#resolved.models?.has(modelId) === false ? 'not in its models' : undefined;
  }

  /** Why it has no such model, as a line for an error; `undefined` when it has one. */
  lacks(kind: ModelKind, modelId: string): string | undefined {
    if (this.model(kind, modelId) !== undefined) return undefined;
    return this.#memberName(kind) === undefined
      ? `its provider has no ${kindName(kind)} models`
      : 'its provider has no model of that id';
  }

  /** The id that models are built with: their abilities are guessed from it. */
  buildId(modelId: string): string {
    return this.type.hasTellingNames ? this.nameOf(modelId) : modelId;
  }

  /** The real model, or `undefined` when this endpoint has none of the kind. Built once, unless it has settings of its own. */
  model(kind: ModelKind, modelId: string, settings?: ModelSettings): SdkModel | undefined {
    const key = `${kind}\n${modelId}`;
    const known = settings === undefined ? this.#models.get(key) : undefined;
    const model = known ?? this.#build(kind, modelId, settings);
    if (known === undefined && settings === undefined && model !== undefined) this.#models.set(key, model);
    return model;
  }

  #memberName(kind: ModelKind): string | undefined {
    // A provider with one API for language models has no member for it; one with several is asked for the one wanted.
    return memberName(this.provider, kind) ?? (kind === 'chat' ? memberName(this.provider, 'language') : undefined);
  }

  #build(kind: ModelKind, modelId: string, settings?: ModelSettings): SdkModel | undefined {
    const { provider } = this;
    const member = this.#memberName(kind);
    if (member === undefined) return undefined;
    // Called as a member: providers may be classes.
    const make = provider[member] as (this: SdkProvider, id: string, settings?: ModelSettings) => SdkModel;
    try {
      return make.call(provider, this.buildId(modelId), settings);
    } catch (error) {
      if (NoSuchModelError.isInstance(error)) return undefined;
      throw error;
    }
  }
}

function typeOf(name: string, settings: EndpointSettings, nameOf: NameOf): EndpointType {
  switch (settings.type) {
    case 'openai':
      return openaiEndpoint(name, settings);
    case 'azure':
      return azureEndpoint(name, settings, nameOf);
    case undefined:
      return providerEndpoint(settings.provider as SdkProvider);
  }
}

/** Of each limit the lowest that is given. */
export function lowestLimits(all: readonly LimitSettings[]): LimitSettings {
  const of = (unit: keyof LimitSettings): number | undefined => {
    const known = all.map((limits) => limits[unit]).filter((limit) => limit !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  };
  return { rpm: of('rpm'), tpm: of('tpm'), maxConcurrency: of('maxConcurrency') };
}
