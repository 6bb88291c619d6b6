import { fingerprint } from '../settings/fingerprint.ts';
import type { Endpoint } from './endpoint.ts';

/** What endpoints may differ in and yet be one and the same to the service. */
const OWN_TO_US = { name: undefined, weight: undefined, priority: undefined, rpm: undefined, tpm: undefined };

/** Pairs of endpoints at one place with one key and the same deployments: what fails or limits one, does so to the other. */
export function sameEndpoints(endpoints: readonly Endpoint[]): readonly (readonly [first: string, second: string])[] {
  const names = new Map<string, string>();
  return endpoints.flatMap(({ name, settings, credentials }) => {
    if (credentials.apiKey === undefined) return [];
    const resolved = { maxConcurrency: undefined, apiKeyEnv: undefined, baseURLEnv: undefined, ...credentials };
    const print = fingerprint({ ...settings, ...OWN_TO_US, ...resolved });
    if (print === undefined) return [];
    const first = names.get(print);
    names.set(print, first ?? name);
    return first === undefined ? [] : [[first, name] as const];
  });
}
