import type { SettingsProblem } from '../errors/invalid-settings-error.ts';
import type { AzureEndpointSettings, EndpointSettings, OpenAIEndpointSettings } from '../settings/endpoint-settings.ts';
import { isFirstLine } from './installed-line.ts';
import { isBaseURL } from '../settings/base-url.ts';
import { readEnvironment } from '../settings/environment.ts';
import { isHeaderValue, NO_HEADER_VALUE } from '../settings/header-value.ts';
import { isResourceName } from '../settings/resource-name.ts';

/** What an endpoint needs from the environment, resolved. */
export interface Credentials {
  /** A key that does not change, or `undefined` when there is a function for it. */
  readonly apiKey: string | undefined;
  readonly baseURL: string | undefined;
  readonly resourceName: string | undefined;
  /** What the environment lacks. */
  readonly problems: readonly SettingsProblem[];
  /** Left out, since something is missing and the settings allow to go on without it. */
  readonly isSkipped: boolean;
}

/** What is known before the first call: the environment is not looked at until then. */
export function statedCredentials(settings: EndpointSettings): Credentials {
  return {
    apiKey: undefined,
    baseURL: settings.type === undefined ? undefined : settings.baseURL,
    resourceName: settings.type === 'azure' ? settings.resourceName : undefined,
    problems: [],
    isSkipped: false,
  };
}

/** Reads what one endpoint needs. What is missing is told, not thrown, so that all of it can be told at once. */
export function readCredentials(settings: EndpointSettings, path: string): Credentials {
  const problems: SettingsProblem[] = [];
  const read: Read = (setting, variable, { isValid, otherwise }) => {
    const value = readEnvironment(variable);
    if (value !== undefined && isValid(value)) return value;
    const what = value === undefined ? 'is not set' : otherwise;
    problems.push({ path: `${path}.${setting}`, message: `${describe(variable)} ${what}` });
    return undefined;
  };
  if (lacksForeignKey(settings)) {
    const message = "is undefined, and OPENAI_API_KEY is not for a host that is not OpenAI's; give a key, or apiKeyEnv";
    return { ...statedCredentials(settings), problems: [{ path: `${path}.apiKey`, message }] };
  }
  const found = settings.type === undefined ? {} : { ...readPlace(settings, read), apiKey: readKey(settings, read) };
  return { apiKey: undefined, baseURL: undefined, resourceName: undefined, ...found, problems, isSkipped: false };
}

/** What a value must be, and what is wrong with one that is not. */
interface Rule {
  readonly isValid: (value: string) => boolean;
  readonly otherwise: string;
}

type Read = (setting: string, variable: string, rule: Rule) => string | undefined;

const KEY: Rule = { isValid: isHeaderValue, otherwise: NO_HEADER_VALUE };
const URL_PREFIX: Rule = {
  isValid: isBaseURL,
  otherwise: 'is not an http or https URL without a query, a password or blanks',
};
const RESOURCE: Rule = {
  isValid: isResourceName,
  otherwise: 'is no name of a resource: letters, digits and hyphens; use baseURLEnv for a URL',
};

/** Azure's keys are 32 letters and digits or more: one that stands there by mistake could be a variable's name. */
const describe = (variable: string): string =>
  variable.length >= 32 && !variable.includes('_')
    ? 'the environment variable named there (is it a key?)'
    : `environment variable ${variable}`;

/** A key of another service was to be there, and is not: OpenAI's must not go to that service instead. */
function lacksForeignKey(settings: EndpointSettings): boolean {
  if (settings.type !== 'openai' || settings.baseURL === undefined || settings.apiKeyEnv !== undefined) return false;
  const isForeign = !/(?:^|\.)api\.openai\.com$/.test(new URL(settings.baseURL).hostname);
  return isForeign && Object.hasOwn(settings, 'apiKey') && settings.apiKey === undefined;
}

function readKey(settings: OpenAIEndpointSettings | AzureEndpointSettings, read: Read): string | undefined {
  if (typeof settings.apiKey === 'string') return settings.apiKey;
  if (settings.apiKey !== undefined || ('tokenProvider' in settings && settings.tokenProvider !== undefined))
    return undefined;
  // The defaults of @ai-sdk/openai and @ai-sdk/azure.
  const usual = settings.type === 'azure' ? 'AZURE_API_KEY' : 'OPENAI_API_KEY';
  return read('apiKeyEnv', settings.apiKeyEnv ?? usual, KEY);
}

function readPlace(settings: OpenAIEndpointSettings | AzureEndpointSettings, read: Read): Partial<Credentials> {
  if (settings.baseURLEnv !== undefined) return { baseURL: read('baseURLEnv', settings.baseURLEnv, URL_PREFIX) };
  if (settings.baseURL !== undefined) return { baseURL: settings.baseURL };
  if (settings.type === 'openai') {
    // As @ai-sdk/openai 2 to 4 do, which read it when a provider is made; 1 does not look for it.
    const isGiven = !isFirstLine() && readEnvironment('OPENAI_BASE_URL') !== undefined;
    return isGiven ? { baseURL: read('baseURL', 'OPENAI_BASE_URL', URL_PREFIX) } : {};
  }
  return { resourceName: settings.resourceName ?? read('resourceName', 'AZURE_RESOURCE_NAME', RESOURCE) };
}
