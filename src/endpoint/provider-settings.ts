/** Stands for a key that a function gives at each attempt, or that was not there when a model's properties were read. */
export const PLACEHOLDER_KEY = 'no-key-yet';
/** Stands for a URL that the environment does not have yet. `.invalid` never resolves (RFC 2606). */
export const PLACEHOLDER_URL = 'https://no-base-url-yet.invalid/v1';

/**
 * Leaves out what is `undefined`: providers tell "not given" by the key's absence. The result has no particular type, since the
 * settings of the majors differ.
 */
export function withoutUndefined(settings: Readonly<Record<string, unknown>>): Record<string, never> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Record<
    string,
    never
  >;
}
