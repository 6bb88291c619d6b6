import * as v from 'valibot';

import { InvalidSettingsError, type SettingsProblem } from '../errors/invalid-settings-error.ts';
import { hasDatedVersion } from './azure-version.ts';
import type { AzureEndpointSettings, EndpointSettings } from './endpoint-settings.ts';
import { settingsSchema } from './schema.ts';
import type { BalancedProviderSettings } from './settings.ts';

/**
 * Checks the settings as a whole.
 *
 * @throws {InvalidSettingsError} that lists every problem with its path.
 */
export function validateSettings(settings: BalancedProviderSettings): void {
  const shape = v.safeParse(settingsSchema, settings);
  const problems = [...(shape.issues ?? []).map(describe), ...contradictions(settings)];
  if (problems.length > 0) throw new InvalidSettingsError(problems);
}

type Issue = v.InferIssue<typeof settingsSchema>;

function describe(issue: Issue): SettingsProblem {
  const path = (issue.path ?? []).reduce<string>((whole, { key }) => join(whole, key), '');
  // Valibot tells of a key that is missing as of an object without its shape, and expects the key.
  const isMissing = issue.type === 'loose_object' && issue.expected?.startsWith('"');
  return { path, message: isMissing ? 'is missing' : issue.message };
}

const join = (path: string, key: unknown): string => {
  if (typeof key === 'number') return `${path}[${key}]`;
  return path === '' ? String(key) : `${path}.${String(key)}`;
};

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

const isNumber = (value: unknown): value is number => typeof value === 'number';

/** What is wrong between settings that may each be right. Looks only at what has its shape, since the schema tells the rest. */
function contradictions(settings: BalancedProviderSettings): SettingsProblem[] {
  if (!isObject(settings)) return [];
  const given: readonly unknown[] = Array.isArray(settings.endpoints) ? settings.endpoints : [];
  const endpoints = given.map((endpoint) => (isObject(endpoint) ? endpoint : {}) as EndpointSettings);
  return [
    ...duplicateNames(endpoints),
    ...endpoints.flatMap((endpoint, index) => endpointContradictions(endpoint, `endpoints[${index}]`)),
    ...(settings.api === 'responses' ? endpointsWithoutResponses(endpoints) : []),
    ...pickerContradictions(settings),
    ...delayContradictions(settings),
  ];
}

function duplicateNames(endpoints: readonly EndpointSettings[]): SettingsProblem[] {
  return endpoints.flatMap(({ name }, index) => {
    const first = endpoints.findIndex((other) => other.name === name);
    return typeof name !== 'string' || first === index
      ? []
      : [{ path: `endpoints[${index}].name`, message: `"${name}" is also the name of endpoints[${first}]` }];
  });
}

function endpointContradictions(endpoint: EndpointSettings, path: string): SettingsProblem[] {
  if (endpoint.type === undefined) return [];
  const problems: SettingsProblem[] = [];
  const oneOf = (...names: readonly (keyof AzureEndpointSettings)[]): void => {
    const given = names.filter((name) => (endpoint as AzureEndpointSettings)[name] !== undefined);
    if (given.length > 1) problems.push({ path, message: `has both ${given.join(' and ')}; give one of them` });
  };
  oneOf('apiKey', 'apiKeyEnv', 'tokenProvider');
  oneOf('resourceName', 'baseURL', 'baseURLEnv');
  return problems;
}

function endpointsWithoutResponses(endpoints: readonly EndpointSettings[]): SettingsProblem[] {
  return endpoints.flatMap((endpoint, index) => {
    const setting = settingWithoutResponses(endpoint);
    if (setting === undefined) return [];
    const version = endpoint.type === 'azure' && setting === 'apiVersion' ? endpoint.apiVersion : undefined;
    const what = typeof version === 'string' ? `"${version}"` : 'this';
    const message = `${what} has no Responses API; leave it out, or set api to 'chat'`;
    return [{ path: `endpoints[${index}].${setting}`, message }];
  });
}

function settingWithoutResponses(endpoint: EndpointSettings): string | undefined {
  if (endpoint.type === 'azure' && hasDatedVersion(endpoint)) {
    return endpoint.useDeploymentBasedUrls === true ? 'useDeploymentBasedUrls' : 'apiVersion';
  }
  const isOther = endpoint.type === undefined && isObject(endpoint.provider) && !('responses' in endpoint.provider);
  return isOther ? 'provider' : undefined;
}

function pickerContradictions({ loadBalancing, picker }: BalancedProviderSettings): SettingsProblem[] {
  const isContradiction = loadBalancing === false && picker !== undefined && picker !== 'in-order';
  return isContradiction
    ? [{ path: 'picker', message: 'has nothing to choose with loadBalancing: false; give one of them' }]
    : [];
}

function delayContradictions({ retry, cooldownMs }: BalancedProviderSettings): SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  const { minDelayMs, maxDelayMs } = isObject(retry) ? retry : {};
  if (isNumber(minDelayMs) && isNumber(maxDelayMs) && minDelayMs > maxDelayMs) {
    problems.push({ path: 'retry.maxDelayMs', message: 'must not be less than retry.minDelayMs' });
  }
  const { initialMs, maxMs } = isObject(cooldownMs) ? cooldownMs : {};
  if (isNumber(initialMs) && isNumber(maxMs) && initialMs > maxMs) {
    problems.push({ path: 'cooldownMs.maxMs', message: 'must not be less than cooldownMs.initialMs' });
  }
  return problems;
}
