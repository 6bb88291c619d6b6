import { type Clock, systemClock } from '../clock.ts';
import type { SettingsProblem } from '../errors/invalid-settings-error.ts';
import { MissingCredentialsError } from '../errors/missing-credentials-error.ts';
import type { EventEmitter } from '../events.ts';
import type { ResolvedEndpoint, ResolvedSettings } from '../settings/resolve-settings.ts';
import { azureEndpoint } from './azure-endpoint.ts';
import { type Credentials, readCredentials, statedCredentials } from './credentials.ts';
import { Endpoint, type EndpointType } from './endpoint.ts';
import { openaiEndpoint } from './openai-endpoint.ts';
import { providerEndpoint } from './provider-endpoint.ts';
import { sameEndpoints } from './same-endpoints.ts';

/** What the environment lacks of what endpoints need. */
type Missing = ReadonlyMap<Endpoint, readonly SettingsProblem[]>;

/** All endpoints of a provider, and the moment at which they have what they need from the environment. */
export class Endpoints {
  readonly all: readonly Endpoint[];
  readonly #settings: ResolvedSettings;
  readonly #events: EventEmitter;
  readonly #clock: Clock;
  #isReady = false;
  #missing: Missing = new Map();

  constructor(settings: ResolvedSettings, events: EventEmitter, clock: Clock = systemClock) {
    this.#settings = settings;
    this.#events = events;
    this.#clock = clock;
    this.all = settings.endpoints.map(
      (endpoint) =>
        new Endpoint(endpoint, typeOf(endpoint, settings.modelMapping), statedCredentials(endpoint.settings)),
    );
  }

  /**
   * To be called before the first attempt of each call; reads the environment until it has all that it needs.
   *
   * @throws {MissingCredentialsError} when the environment lacks something, or all endpoints that could serve are skipped.
   */
  requireCredentials(serving: readonly { readonly endpoint: Endpoint }[]): void {
    if (!this.#isReady) this.#read();
    if (this.#missing.size > 0 && serving.every(({ endpoint }) => endpoint.isSkipped)) {
      throw new MissingCredentialsError([...this.#missing.values()].flat(), true);
    }
  }

  /** What the environment lacks. An endpoint that lacks nothing can be asked from then on. */
  findMissing(): Missing {
    if (this.#isReady) return this.#missing;
    const found = this.#find();
    for (const [index, endpoint] of this.all.entries()) {
      const credentials = found[index];
      if (credentials?.problems.length === 0) endpoint.useCredentials(credentials, this.#clock.now());
    }
    return this.#missingIn(found);
  }

  #read(): void {
    const found = this.#find();
    const missing = this.#missingIn(found);
    const isOneEnough = this.#settings.onMissingCredentials === 'skip';
    if (missing.size > 0 && !(isOneEnough && missing.size < this.all.length)) {
      throw new MissingCredentialsError([...missing.values()].flat(), isOneEnough);
    }
    for (const [index, endpoint] of this.all.entries()) {
      const credentials = found[index];
      if (credentials) endpoint.useCredentials({ ...credentials, isSkipped: missing.has(endpoint) }, this.#clock.now());
    }
    this.#missing = missing;
    this.#isReady = true;
    for (const [first, endpoint] of sameEndpoints(this.#settings.endpoints, found)) {
      const message = `Endpoints "${first}" and "${endpoint}" have the same place, key and deployments: what fails or limits one does so to the other.`;
      this.#events.warn({ code: 'same-endpoint-twice', endpoint, message });
    }
  }

  #find(): readonly Credentials[] {
    return this.#settings.endpoints.map(({ settings }, index) => readCredentials(settings, `endpoints[${index}]`));
  }

  #missingIn(found: readonly Credentials[]): Missing {
    const all = this.all.map((endpoint, index) => [endpoint, found[index]?.problems ?? []] as const);
    return new Map(all.filter(([, problems]) => problems.length > 0));
  }
}

function typeOf(endpoint: ResolvedEndpoint, modelMapping: ReadonlyMap<string, string>): EndpointType {
  const { settings } = endpoint;
  switch (settings.type) {
    case 'openai':
      return openaiEndpoint(endpoint, settings);
    case 'azure':
      return azureEndpoint(endpoint, settings, modelMapping);
    case undefined:
      return providerEndpoint(endpoint, settings);
  }
}
