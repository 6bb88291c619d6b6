/*
 * Errors, headers and answers were made by others: a getter may throw, a proxy may be revoked, a list may be endless. This is the
 * one place that guards against it: what reads them does so through it.
 */

/** Whether a value can have properties. */
export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A property; `undefined` when it cannot be read. */
export function property(of: unknown, key: string | symbol): unknown {
  if (!isObject(of)) return undefined;
  try {
    return (of as Readonly<Record<string | symbol, unknown>>)[key];
  } catch {
    return undefined;
  }
}

/** A property that is a text. */
export function textAt(of: unknown, key: string): string | undefined {
  const value = property(of, key);
  return typeof value === 'string' ? value : undefined;
}

/** What a text holds that is written as JSON; `undefined` where it is not. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The first elements of a list, of anything else none. */
export function firstOf(list: unknown, atMost: number): readonly unknown[] {
  const length = isList(list) ? property(list, 'length') : 0;
  if (typeof length !== 'number') return [];
  return Array.from({ length: Math.min(length, atMost) }, (_, index) => property(list, String(index)));
}

/** Whether it is a list that can be read. */
export function isList(value: unknown): boolean {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** No header that is looked at is longer. */
const LONGEST_HEADER = 200;

/** A header by its lower-case name: one that came twice may be a list, and its first value counts. */
export function headerOf(headers: unknown, name: string): string | undefined {
  const value = property(headers, name);
  const first = typeof value === 'string' || typeof value === 'number' ? String(value) : firstOf(value, 1)[0];
  return typeof first === 'string' && first.length <= LONGEST_HEADER ? first : undefined;
}
