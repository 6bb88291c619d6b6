import { InvalidSettingsError, type SettingsProblem } from '../errors/invalid-settings-error.ts';
import { hasDatedVersion } from './azure-version.ts';
import { isObject } from './check.ts';
import type { EndpointSettings } from './endpoint-settings.ts';
import { settingsShape } from './schema.ts';
import type { BalancedProviderSettings } from './settings.ts';

/**
 * Checks the settings as a whole.
 *
 * @throws {InvalidSettingsError} that lists every problem with its path.
 */
export function validateSettings(settings: BalancedProviderSettings): void {
  const problems = [...settingsShape(settings, ''), ...contradictions(settings)];
  if (problems.length > 0) throw new InvalidSettingsError(problems);
}

/** What is wrong between settings that may each be right. Looks only at what has its shape: the rest is told already. */
function contradictions(settings: BalancedProviderSettings): readonly SettingsProblem[] {
  if (!isObject(settings)) return [];
  const given: readonly unknown[] = Array.isArray(settings.endpoints) ? settings.endpoints : [];
  const endpoints = given.map((endpoint) => (isObject(endpoint) ? endpoint : {}) as EndpointSettings);
  return [
    ...duplicateNames(endpoints),
    ...endpoints.flatMap((endpoint, index) => ambiguities(endpoint, `endpoints[${index}]`)),
    ...contradictoryQuotas(endpoints),
    ...(settings.api === 'responses' ? endpointsWithoutResponses(endpoints) : []),
    ...uselessPicker(settings),
    ...uselessFallbacks(settings, endpoints),
    ...UPPER_BOUNDS.flatMap(([lower, upper]) => exceeded(settings, lower, upper)),
  ];
}

function duplicateNames(endpoints: readonly EndpointSettings[]): readonly SettingsProblem[] {
  return endpoints.flatMap(({ name }, index) => {
    const first = endpoints.findIndex((other) => other.name === name);
    return typeof name !== 'string' || first === index
      ? []
      : [{ path: `endpoints[${index}].name`, message: `"${name}" is also the name of endpoints[${first}]` }];
  });
}

/** Settings of an endpoint that say the same thing in different ways. */
const ALTERNATIVES = [
  ['apiKey', 'apiKeyEnv', 'tokenProvider'],
  ['resourceName', 'baseURL', 'baseURLEnv'],
];

const ambiguities = (endpoint: object, path: string): readonly SettingsProblem[] =>
  ALTERNATIVES.flatMap((names) => {
    const given = names.filter((name) => valueAt(endpoint, name) !== undefined);
    return given.length < 2 ? [] : [{ path, message: `has both ${given.join(' and ')}; give one of them` }];
  });

/** Endpoints of one group are of one type, and their limits are said once or in the same way. */
function contradictoryQuotas(endpoints: readonly EndpointSettings[]): readonly SettingsProblem[] {
  /** What was said first, by group and limit. */
  const said = new Map<string, { readonly value: unknown; readonly path: string }>();
  const problems: SettingsProblem[] = [];
  for (const [index, { quotaGroup, type, rpm, tpm, deployments }] of endpoints.entries()) {
    if (quotaGroup === undefined) continue;
    const ofModels = Object.entries(deployments ?? {}).flatMap(([id, named]) =>
      isObject(named)
        ? [[`deployments.${id}.rpm`, named.rpm] as const, [`deployments.${id}.tpm`, named.tpm] as const]
        : [],
    );
    for (const [name, value] of [['type', type ?? 'provider'], ['rpm', rpm], ['tpm', tpm], ...ofModels] as const) {
      if (value === undefined) continue;
      const path = `endpoints[${index}].${name}`;
      const first = said.get(`${quotaGroup}\n${name}`) ?? { value, path };
      said.set(`${quotaGroup}\n${name}`, first);
      if (first.value !== value)
        problems.push({ path, message: `is another one than ${first.path}, which is of the same quotaGroup` });
    }
  }
  return problems;
}

function endpointsWithoutResponses(endpoints: readonly EndpointSettings[]): readonly SettingsProblem[] {
  return endpoints.flatMap((endpoint, index) => {
    const setting = settingWithoutResponses(endpoint);
    if (setting === undefined) return [];
    const value = valueAt(endpoint, setting);
    const what = typeof value === 'string' ? `"${value}"` : 'this';
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

function uselessPicker({ loadBalancing, picker }: BalancedProviderSettings): readonly SettingsProblem[] {
  const isUseless = loadBalancing === false && picker !== undefined && picker !== 'in-order';
  return isUseless
    ? [{ path: 'picker', message: 'has nothing to choose with loadBalancing: false; give one of them' }]
    : [];
}

function uselessFallbacks(
  { fallbacks, modelMapping }: BalancedProviderSettings,
  endpoints: readonly EndpointSettings[],
): readonly SettingsProblem[] {
  if (!isObject(fallbacks)) return [];
  const names = new Set<unknown>([
    ...Object.values(modelMapping ?? {}),
    ...endpoints.flatMap(({ deployments }) => Object.values(deployments ?? {})),
  ]);
  const isServed = (id: unknown): boolean =>
    // A model may go by the name of its deployment.
    names.has(id) || endpoints.some(({ models }) => !Array.isArray(models) || models.includes(id));
  return Object.entries(fallbacks).flatMap(([id, ids]: [string, unknown]) =>
    (Array.isArray(ids) ? (ids as readonly unknown[]) : []).flatMap((standIn, index, all) => {
      const path = `fallbacks.${id}[${index}]`;
      if (standIn === id) return [{ path, message: 'is the model itself' }];
      if (all.indexOf(standIn) < index) return [{ path, message: 'is there twice' }];
      return isServed(standIn) ? [] : [{ path, message: 'is served by no endpoint: it is in the models of none' }];
    }),
  );
}

/** A time, and one that ends it: what is longer than its end never takes effect. */
const UPPER_BOUNDS = [
  ['fallbackAfterMs', 'maxWaitMs'],
  ['retry.minDelayMs', 'retry.maxDelayMs'],
  ['cooldownMs.initialMs', 'cooldownMs.maxMs'],
  ['timeout.firstContentMs', 'timeout.attemptMs'],
  ['timeout.idleMs', 'timeout.attemptMs'],
  ['hedge.afterMs', 'timeout.attemptMs'],
  ['timeout.firstContentMs', 'totalTimeoutMs'],
  ['timeout.idleMs', 'totalTimeoutMs'],
  ['timeout.attemptMs', 'totalTimeoutMs'],
  ['hedge.afterMs', 'totalTimeoutMs'],
] as const;

function exceeded(settings: object, lower: string, upper: string): readonly SettingsProblem[] {
  const [low, high] = [valueAt(settings, lower), valueAt(settings, upper)];
  const isExceeded = typeof low === 'number' && typeof high === 'number' && low > high;
  return isExceeded ? [{ path: upper, message: `must not be less than ${lower}, which would never take effect` }] : [];
}

const valueAt = (settings: object, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (whole, name) => (isObject(whole) ? (whole as Record<string, unknown>)[name] : undefined),
      settings,
    );
