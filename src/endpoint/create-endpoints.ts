import { MissingCredentialsError } from '../errors/missing-credentials-error.ts';
import type { ResolvedEndpoint, ResolvedSettings } from '../settings/resolve-settings.ts';
import { azureEndpoint } from './azure-endpoint.ts';
import { type Credentials, readCredentials } from './credentials.ts';
import { Endpoint, type EndpointType } from './endpoint.ts';
import { openaiEndpoint } from './openai-endpoint.ts';
import { providerEndpoint } from './provider-endpoint.ts';

/** All endpoints of a provider, and the moment at which they have what they need from the environment. */
export class Endpoints {
  readonly all: readonly Endpoint[];
  readonly #settings: ResolvedSettings;
  #isReady = false;

  constructor(settings: ResolvedSettings) {
    this.#settings = settings;
    this.all = settings.endpoints.map(
      (endpoint, index) => new Endpoint(endpoint, typeOf(endpoint, settings.modelMapping), this.#read(endpoint, index)),
    );
  }

  /**
   * To be called before the first attempt of each call; does its work once.
   *
   * @throws {MissingCredentialsError} when the environment lacks something, or all is to be skipped.
   */
  requireCredentials(): void {
    if (this.#isReady) return;
    const found = this.#settings.endpoints.map((endpoint, index) => this.#read(endpoint, index));
    const problems = found.flatMap((credentials) => credentials.problems);
    const isSomebodyLeft = found.some((credentials) => credentials.problems.length === 0);
    if (problems.length > 0 && (this.#settings.onMissingCredentials === 'throw' || !isSomebodyLeft)) {
      throw new MissingCredentialsError(problems);
    }
    for (const [index, endpoint] of this.all.entries()) {
      const credentials = found[index];
      if (credentials) endpoint.useCredentials({ ...credentials, isSkipped: credentials.problems.length > 0 });
    }
    this.#isReady = true;
  }

  #read(endpoint: ResolvedEndpoint, index: number): Credentials {
    return readCredentials(endpoint.settings, `endpoints[${index}]`);
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
