import { NoSuchModelError } from '@ai-sdk/provider';

import { kindName } from '../errors/no-such-model.ts';
import type { ServerAddress } from '../events.ts';
import { LruMap } from '../lru-map.ts';
import { MEMBERS, type ModelKind, type ModelSettings, type SdkModel } from '../sdk.ts';
import { type CallDefaults, mergeDefaults } from '../settings/call-defaults.ts';
import type { DeploymentSettings, LimitSettings } from '../settings/endpoint-settings.ts';
import type { ResolvedEndpoint } from '../settings/resolve-settings.ts';
import { errorChain } from '../failure/error-chain.ts';
import { textAt } from '../failure/foreign.ts';
import { shownPath } from '../failure/shown-path.ts';
import type { Credentials } from './credentials.ts';
import type { KeyFunction } from './key-function.ts';
import type { RequestCounter } from './request-counter.ts';

/** An AI SDK provider as far as the core is concerned: functions that make models, by names that vary. */
export type SdkProvider = Readonly<Record<string, unknown>> & { readonly specificationVersion?: string };

/** What differs between the types of endpoint. */
export interface EndpointType {
  /** A provider that was handed in, of which nothing is known. */
  readonly isThirdParty: boolean;
  /** Whether names of models there tell which models they are. */
  readonly hasTellingNames: boolean;
  /** Makes the AI SDK provider. Credentials that are missing still make one, to tell what its models look like. */
  createProvider(credentials: Credentials): SdkProvider;
  /** URL of where it is, as far as that is known. */
  place(credentials: Credentials): string | undefined;
  /** Requests made, where they are made by us. */
  readonly requests: RequestCounter | undefined;
  /** Where a function returns its key. */
  readonly keyFunction?: KeyFunction | undefined;
  /** The header with the key that this function returns now, for requests that do not pass `fetch`. */
  keyHeader?: (() => Promise<Readonly<Record<string, string>>>) | undefined;
  /** How the service measures its limits. */
  readonly metering: 'continuous' | 'windows';
  /** The id to build the model with: its abilities are guessed from it. */
  buildId(modelId: string): string;
  /** The name under which the service knows the model. */
  nameOf(modelId: string): string;
  /** Why it cannot serve a kind at all, naming the setting; `undefined` when it can. */
  cannotServe(kind: ModelKind): string | undefined;
  /** The URL that a request goes to, of the one that the SDK has made for it; left out where they are the same. */
  sentURL?(url: string, modelId: string, credentials: Credentials): string;
  /** Kind asked of the endpoint's provider. */
  memberKind(kind: ModelKind, provider: SdkProvider): ModelKind;
}

/** Models that are kept once they are built. Not all, since ids may come from anywhere. */
const MOST_MODELS = 1_000;

/** One place that models are called at: makes real models, and knows nothing of health or of other endpoints. */
export class Endpoint {
  readonly name: string;
  readonly weight: number;
  readonly priority: number;
  /** Of endpoints that have one quota. */
  readonly quotaGroup: string | undefined;
  readonly type: EndpointType;
  readonly #settings: ResolvedEndpoint;
  #models = new LruMap<string, SdkModel>(MOST_MODELS);
  #provider: SdkProvider | undefined;
  #credentials: Credentials;
  #readAt: number | undefined;
  #url: URL | undefined;

  constructor(settings: ResolvedEndpoint, type: EndpointType, credentials: Credentials) {
    this.name = settings.name;
    this.weight = settings.weight;
    this.priority = settings.priority;
    this.quotaGroup = settings.quotaGroup;
    this.type = type;
    this.#settings = settings;
    this.#credentials = credentials;
  }

  /** The AI SDK provider behind it. */
  get provider(): SdkProvider {
    this.#provider ??= this.type.createProvider(this.#credentials);
    return this.#provider;
  }

  /** Where its requests go, as far as that is known. */
  get server(): ServerAddress | undefined {
    const url = this.#place;
    if (url === undefined) return undefined;
    const port = Number(url.port) || (url.protocol === 'http:' ? 80 : 443);
    // IPv6 addresses are in brackets in URLs only.
    return Object.freeze({ address: url.hostname.replace(/^\[|\]$/g, ''), port });
  }

  /** The same as the origin of a URL. */
  get origin(): string | undefined {
    return this.#place?.origin;
  }

  /** Path that a failed request was for, as it may be shown; `undefined` where there was none. */
  askedPath(error: unknown, modelId: string): string | undefined {
    const made = errorChain(error)
      .map((link) => textAt(link, 'url'))
      .find((url) => url !== undefined && URL.canParse(url));
    if (made === undefined) return undefined;
    const sent = this.type.sentURL?.(made, modelId, this.#credentials) ?? made;
    return shownPath(sent, this.type.nameOf(modelId));
  }

  get #place(): URL | undefined {
    if (this.#url !== undefined) return this.#url;
    const place = this.type.place(this.#credentials);
    this.#url = place === undefined ? undefined : new URL(place);
    return this.#url;
  }

  /** Left out because its credentials are missing. */
  get isSkipped(): boolean {
    return this.#credentials.isSkipped;
  }

  /** When that was found out, on the core's clock. */
  get skippedAt(): number | undefined {
    return this.isSkipped ? this.#readAt : undefined;
  }

  /** Takes the credentials that the first call found; what was built without them is built again. */
  useCredentials(credentials: Credentials, now: number): void {
    this.#credentials = credentials;
    this.#readAt = now;
    this.#provider = undefined;
    this.#url = undefined;
    this.#models = new LruMap(MOST_MODELS);
  }

  /** Limits of the whole endpoint. */
  get limits(): LimitSettings {
    return this.#settings.limits;
  }

  /** Limits of one model there: the lowest that any of its ids was given. */
  limitsOf(modelId: string): LimitSettings {
    const { limits } = this.#settings;
    const ofName = this.#deploymentSettings(modelId);
    const maxConcurrency = lowest(ofName, 'maxConcurrency') ?? limits.maxConcurrency;
    return { rpm: lowest(ofName, 'rpm'), tpm: lowest(ofName, 'tpm'), maxConcurrency };
  }

  /** What calls to one model there are given. */
  defaultsOf(modelId: string): CallDefaults {
    return this.#deploymentSettings(modelId).reduce(mergeDefaults, this.#settings.callDefaults);
  }

  /** All that is written of one model there, under whichever ids. */
  #deploymentSettings(modelId: string): readonly DeploymentSettings[] {
    const name = this.type.nameOf(modelId);
    const { deployments } = this.#settings;
    return [...deployments].filter(([id, named]) => (named.name ?? id) === name).map(([, named]) => named);
  }

  /** Why it does not serve a model id, as a line for an error; `undefined` when it does. */
  refuses(modelId: string): string | undefined {
    return this.#settings.models?.has(modelId) === false ? 'not in its models' : undefined;
  }

  /** The real model, or `undefined` when this endpoint has none of the kind. Built once, unless it has settings of its own. */
  model(kind: ModelKind, modelId: string, settings?: ModelSettings): SdkModel | undefined {
    if (settings !== undefined) return this.#build(kind, modelId, settings);
    const key = `${kind}\n${modelId}`;
    const known = this.#models.get(key);
    if (known !== undefined) return known;
    const model = this.#build(kind, modelId);
    if (model !== undefined) this.#models.set(key, model);
    return model;
  }

  /** Why it has no such model, as a line for an error; `undefined` when it has one. */
  lacks(kind: ModelKind, modelId: string): string | undefined {
    if (this.model(kind, modelId) !== undefined) return undefined;
    return this.#memberName(kind) === undefined
      ? `its provider has no ${kindName(kind)} models`
      : 'its provider has no model of that id';
  }

  #memberName(kind: ModelKind): string | undefined {
    const { provider } = this;
    return MEMBERS[this.type.memberKind(kind, provider)].find((name) => typeof provider[name] === 'function');
  }

  #build(kind: ModelKind, modelId: string, settings?: ModelSettings): SdkModel | undefined {
    const { provider } = this;
    const memberName = this.#memberName(kind);
    if (memberName === undefined) return undefined;
    // Called as a member: providers may be classes.
    const make = provider[memberName] as (this: SdkProvider, id: string, settings?: ModelSettings) => SdkModel;
    try {
      return make.call(provider, this.type.buildId(modelId), settings);
    } catch (error) {
      if (NoSuchModelError.isInstance(error)) return undefined;
      throw error;
    }
  }
}

function lowest(all: readonly LimitSettings[], unit: keyof LimitSettings): number | undefined {
  const known = all.map((limits) => limits[unit]).filter((limit) => limit !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
