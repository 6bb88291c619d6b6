import { firstOf, property } from './foreign.ts';

/** Response headers by lower-case name, as AI SDK errors carry them. */
export type ResponseHeaders = Readonly<Record<string, string>>;

/** The headers that are looked at. */
const KNOWN = [
  'content-type',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'x-ratelimit-limit-requests',
  'x-ratelimit-limit-tokens',
  'x-ratelimit-remaining',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-remaining-tokens',
  'x-ratelimit-reset',
  'x-ratelimit-reset-requests',
  'x-ratelimit-reset-tokens',
  'x-rate-limit-reset-tokens',
] as const;

/** No header that is looked at is longer. */
const LONGEST = 200;

/** The known ones of headers that others have collected. */
export function knownHeaders(headers: unknown): ResponseHeaders {
  const known: Record<string, string> = {};
  for (const name of KNOWN) {
    const value = headerOf(headers, name);
    if (value !== undefined) known[name] = value;
  }
  return known;
}

/** A header by its lower-case name: one that came twice may be a list, and its first value counts. */
export function headerOf(headers: unknown, name: string): string | undefined {
  const value = property(headers, name);
  const first = typeof value === 'string' || typeof value === 'number' ? String(value) : firstOf(value, 1)[0];
  return typeof first === 'string' && first.length <= LONGEST ? first : undefined;
}
