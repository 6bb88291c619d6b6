import { type Clock, systemClock } from '../clock.ts';
import type { SettingsProblem } from '../errors/invalid-settings-error.ts';
import { MissingCredentialsError } from '../errors/missing-credentials-error.ts';
import type { EventEmitter } from '../event-emitter.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';
import { readCredentials } from './credentials.ts';
import { Endpoint } from './endpoint.ts';
import { isAISDK4 } from './installed-sdk.ts';
import { sameEndpoints } from './same-endpoints.ts';

/** What the environment lacks of what endpoints need. */
type Missing = ReadonlyMap<Endpoint, readonly SettingsProblem[]>;

/** All endpoints of a provider, and the moment at which they have what they need from the environment. */
export class Endpoints {
  readonly all: readonly Endpoint[];
  readonly #isOneEnough: boolean;
  readonly #events: EventEmitter;
  readonly #clock: Clock;
  /** Once they can be asked. */
  #missing: Missing | undefined;

  constructor(settings: ResolvedSettings, events: EventEmitter, clock: Clock = systemClock) {
    this.all = settings.endpoints.map((endpoint) => new Endpoint(endpoint, settings.modelMapping));
    this.#isOneEnough = settings.onMissingCredentials === 'skip';
    this.#events = events;
    this.#clock = clock;
  }

  /**
   * The API for `balanced(id)`: what `openai(id)` of the installed major uses, as long as every endpoint can serve it. One for the
   * whole provider, since a conversation begun by one API cannot always go on by the other.
   */
  get api(): 'chat' | 'responses' {
    const isForAll = this.all.every((endpoint) => !endpoint.isThirdParty && !endpoint.type.cannotServe?.('responses'));
    return isForAll && !isAISDK4() ? 'responses' : 'chat';
  }

  /**
   * To be called before the first attempt of each call; reads the environment until it has all that it needs.
   *
   * @throws {MissingCredentialsError} when the environment lacks something, or all endpoints that could serve are skipped.
   */
  requireCredentials(serving: readonly { readonly endpoint: Endpoint }[]): void {
    const missing = this.findMissing();
    const isEnough = missing.size === 0 || (this.#isOneEnough && missing.size < this.all.length);
    if (isEnough && this.#missing === undefined) this.#start(missing);
    if (!isEnough || (missing.size > 0 && serving.every(({ endpoint }) => endpoint.isSkipped))) {
      throw new MissingCredentialsError([...missing.values()].flat(), this.#isOneEnough);
    }
  }

  /** What the environment lacks. An endpoint that lacks nothing can be asked from then on. */
  findMissing(): Missing {
    if (this.#missing !== undefined) return this.#missing;
    const missing = new Map<Endpoint, readonly SettingsProblem[]>();
    for (const [index, endpoint] of this.all.entries()) {
      const { problems, ...credentials } = readCredentials(endpoint.settings, `endpoints[${index}]`);
      if (problems.length === 0) endpoint.useCredentials(credentials);
      else missing.set(endpoint, problems);
    }
    return missing;
  }

  /** Endpoints that the first call will leave out, as the environment is; none once it has, since they are skipped then. */
  get leftOut(): ReadonlySet<Endpoint> {
    const missing = this.#missing === undefined ? [...this.findMissing().keys()] : [];
    return new Set(this.#isOneEnough && missing.length < this.all.length ? missing : []);
  }

  #start(missing: Missing): void {
    this.#missing = missing;
    for (const endpoint of missing.keys()) endpoint.skippedAt = this.#clock.now();
    for (const [first, endpoint] of sameEndpoints(this.all)) {
      const message = `Endpoints "${first}" and "${endpoint}" have the same place, key and deployments: what fails or limits one does so to the other.`;
      this.#events.warn({ code: 'same-endpoint-twice', endpoint, message });
    }
  }
}
