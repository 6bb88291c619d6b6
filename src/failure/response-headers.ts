import { firstOf, property } from './foreign.ts';

/** No header that is looked at is longer. */
const LONGEST = 200;

/** A header by its lower-case name: one that came twice may be a list, and its first value counts. */
export function headerOf(headers: unknown, name: string): string | undefined {
  const value = property(headers, name);
  const first = typeof value === 'string' || typeof value === 'number' ? String(value) : firstOf(value, 1)[0];
  return typeof first === 'string' && first.length <= LONGEST ? first : undefined;
}
