import type { SettingsProblem } from '../errors/invalid-settings-error.ts';
import { azureURLPrefix } from '../settings/azure-address.ts';
import type { AzureEndpointSettings, EndpointSettings, OpenAIEndpointSettings } from '../settings/endpoint-settings.ts';
import { readEnvironment } from '../settings/environment.ts';
import { headerValue, isTellingVariable, resourceName, servicePrefix, type TextRule } from '../settings/text-rules.ts';
import { isAISDK4 } from './installed-sdk.ts';

/** What an endpoint needs from the environment, resolved. */
export interface Credentials {
  /** A key that does not change, or `undefined` when there is a function for it. */
  readonly apiKey?: string | undefined;
  readonly baseURL?: string | undefined;
  readonly resourceName?: string | undefined;
}

/** What is known before the first call: the environment is not looked at until then. */
export function statedCredentials(settings: EndpointSettings): Credentials {
  if (settings.type === undefined) return {};
  const { apiKey, baseURL } = settings;
  const place = settings.type === 'azure' ? { baseURL, resourceName: settings.resourceName } : { baseURL };
  return { ...place, apiKey: typeof apiKey === 'string' ? apiKey : undefined };
}

/** Reads what one endpoint needs. What is missing is told, not thrown, so that all of it can be told at once. */
export function readCredentials(
  settings: EndpointSettings,
  path: string,
): Credentials & { readonly problems: readonly SettingsProblem[] } {
  if (settings.type === undefined) return { problems: [] };
  const needs = new Needs(settings, path);
  return { ...statedCredentials(settings), ...needs.readPlace(), ...needs.readKey(), problems: needs.problems };
}

/** Settings that say the same thing in different ways. */
type Alternatives = readonly (keyof AzureEndpointSettings)[];

const KEYS: Alternatives = ['apiKey', 'apiKeyEnv', 'tokenProvider'];
const PLACES: Alternatives = ['resourceName', 'baseURL', 'baseURLEnv'];

/** Looks for what one endpoint needs, and collects what is missing. */
class Needs {
  readonly problems: SettingsProblem[] = [];
  readonly #settings: OpenAIEndpointSettings | AzureEndpointSettings;
  readonly #path: string;

  constructor(settings: OpenAIEndpointSettings | AzureEndpointSettings, path: string) {
    this.#settings = settings;
    this.#path = path;
  }

  readKey(): Credentials {
    const { type, apiKeyEnv } = this.#settings;
    // The defaults of @ai-sdk/openai and @ai-sdk/azure.
    const usual = type === 'azure' ? 'AZURE_API_KEY' : 'OPENAI_API_KEY';
    const variable = apiKeyEnv ?? (this.#isLeftOut(KEYS) ? usual : undefined);
    return variable === undefined ? {} : { apiKey: this.#read('apiKeyEnv', variable, headerValue) };
  }

  readPlace(): Credentials {
    const { type, baseURLEnv } = this.#settings;
    const rule = type === 'azure' ? azureURLPrefix : servicePrefix;
    if (baseURLEnv !== undefined) return { baseURL: this.#read('baseURLEnv', baseURLEnv, rule) };
    if (!this.#isLeftOut(PLACES)) return {};
    if (type === 'azure') return { resourceName: this.#read('resourceName', 'AZURE_RESOURCE_NAME', resourceName) };
    // As @ai-sdk/openai 2 to 4 do, which read it when a provider is made; 1 does not look for it.
    const isGiven = !isAISDK4() && readEnvironment('OPENAI_BASE_URL') !== undefined;
    return isGiven ? { baseURL: this.#read('baseURL', 'OPENAI_BASE_URL', rule) } : {};
  }

  /** The value of an environment variable that a setting names. */
  #read(setting: string, variable: string, rule: TextRule): string | undefined {
    const value = readEnvironment(variable);
    const problem = value === undefined ? 'is not set' : rule(value);
    if (problem === undefined) return value;
    // A key that stands there by mistake must not be shown.
    const isShown = isTellingVariable(variable);
    this.#tell(
      setting,
      `${isShown ? `environment variable ${variable}` : 'the environment variable named there'} ${problem}`,
    );
    return undefined;
  }

  /**
   * Whether the usual variables of the AI SDK count: none of the settings was written. One that was written and is `undefined`, as in
   * `apiKey: process.env.KEY_2`, is missing, and nothing else may take its place.
   */
  #isLeftOut(alternatives: Alternatives): boolean {
    const settings = this.#settings as AzureEndpointSettings;
    const written = alternatives.filter((name) => Object.hasOwn(settings, name));
    if (written.every((name) => settings[name] === undefined)) {
      for (const name of written) this.#tell(name, 'is undefined; only a setting that is left out has a default');
    }
    return written.length === 0;
  }

  #tell(setting: string, message: string): void {
    this.problems.push({ path: `${this.#path}.${setting}`, message });
  }
}
