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
  const path = (issue.path ?? []).reduce((whole, { key }) => join(whole, key), '');
  if (issue.type === 'strict_object' && issue.expected === 'never') return { path, message: 'is not a known setting' };
  if (issue.type === 'strict_object' && issue.received === 'undefined') return { path, message: 'is missing' };
  // valibot's own messages quote what they received, which could be a key.
  return { path, message: issue.type === 'strict_object' ? 'must be an object' : issue.message };
}

const join = (path: string, key: unknown): string => {
  if (typeof key === 'number') return `${path}[${key}]`;
  return path === '' ? String(key) : `${path}.${String(key)}`;
};

/** What is wrong between settings that may each be right. Looks only at what has its shape, since the schema tells the rest. */
function contradictions(settings: BalancedProviderSettings): SettingsProblem[] {
  if (!isObject(settings)) return [];
  const given: readonly unknown[] = Array.isArray(settings.endpoints) ? settings.endpoints : [];
  const endpoints = given.map((endpoint) => (isObject(endpoint) ? endpoint : {}) as EndpointSettings);
  return [
    ...duplicateNames(endpoints),
    ...endpoints.flatMap((endpoint, index) => endpointContradictions(endpoint, `endpoints[${index}]`)),
    ...(settings.api === 'responses' ? endpointsWithoutResponses(endpoints) : []),
    ...delayContradictions(settings),
  ];
}

function duplicateNames(endpoints: readonly EndpointSettings[]): SettingsProblem[] {
  return endpoints.flatMap(({ name }, index) => {
    const first = endpoints.findIndex((other) => other.name === name);
    return name === undefined || first === index
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
    if (endpoint.type === 'azure' && hasDatedVersion(endpoint)) {
      return [
        {
          path: `endpoints[${index}].apiVersion`,
          message: `"${endpoint.apiVersion}" has no Responses API; leave apiVersion out, or set api to 'chat'`,
        },
      ];
    }
    if (endpoint.type === undefined && isObject(endpoint.provider) && !('responses' in endpoint.provider)) {
      return [{ path: `endpoints[${index}].provider`, message: "has no Responses API; set api to 'chat'" }];
    }
    return [];
  });
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

function delayContradictions({ retry, cooldownMs }: BalancedProviderSettings): SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  if (retry?.minDelayMs !== undefined && retry.maxDelayMs !== undefined && retry.minDelayMs > retry.maxDelayMs) {
    problems.push({ path: 'retry.maxDelayMs', message: 'must not be less than retry.minDelayMs' });
  }
  if (isObject(cooldownMs) && (cooldownMs.initialMs ?? 0) > (cooldownMs.maxMs ?? Infinity)) {
    problems.push({ path: 'cooldownMs.maxMs', message: 'must not be less than cooldownMs.initialMs' });
  }
  return problems;
}
