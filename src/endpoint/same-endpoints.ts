import { fingerprint } from '../settings/fingerprint.ts';
import type { ResolvedEndpoint } from '../settings/resolve-settings.ts';
import type { Credentials } from './credentials.ts';

/** What endpoints may differ in and yet be one and the same to the service. */
const OWN_TO_US = { name: undefined, weight: undefined, priority: undefined, rpm: undefined, tpm: undefined };

/** Pairs of endpoints at one place with one key and the same deployments: what fails or limits one, does so to the other. */
export function sameEndpoints(
  endpoints: readonly ResolvedEndpoint[],
  found: readonly Credentials[],
): readonly (readonly [first: string, second: string])[] {
  const names = new Map<string, string>();
  return endpoints.flatMap(({ name, settings }, index) => {
    const { apiKey, baseURL, resourceName } = found[index] ?? {};
    if (apiKey === undefined) return [];
    const resolved = { apiKey, apiKeyEnv: undefined, baseURL, baseURLEnv: undefined, resourceName };
    const print = fingerprint({ ...settings, ...OWN_TO_US, maxConcurrency: undefined, ...resolved });
    if (print === undefined) return [];
    const first = names.get(print);
    names.set(print, first ?? name);
    return first === undefined ? [] : [[first, name] as const];
  });
}
