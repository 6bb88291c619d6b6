/*
 * Times as services write them: a length (`26`, `119ms`, `6m0s`, `1 minute and 30 seconds`), or a moment (a date, a Unix timestamp).
 */

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, mil: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `7m12.5s`, `1 minute and 30 seconds`. */
const SPAN =
  /^(?:\d+(?:\.\d+)?\s*(?:ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)(?![a-z])(?:,?\s*(?:and\s+)?(?=\d))?)+/i;

/** As RFC 9110 and RFC 3339 prescribe: `Date.parse` makes a date of nearly anything. */
const DATE =
  /^(?:[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT|\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))$/;

/** So many seconds are three years as a length, and the year 2001 as a Unix timestamp: what is more was meant as a moment. */
const TIMESTAMP = 1e9;

/** A timestamp in seconds is less until the year 5138; in milliseconds it has been more since 1973. */
const FINER_TIMESTAMP = 1e11;

/** More than any timestamp, be it in nanoseconds: no time at all. */
const NO_TIME = 1e20;

/**
 * Milliseconds from now until the time that a text names, which may have passed; `undefined` when it names none.
 *
 * @param unitMs of a number that stands alone. Whether it is a length or a timestamp is told by its size.
 */
export function msUntil(text: string | undefined, wallClockMs: number, unitMs: 1 | 1_000 = 1_000): number | undefined {
  if (text === undefined) return undefined;
  const trimmed = text.trim();
  if (/^\d+(?:\.\d+)?$/.test(trimmed)) return ofNumber(Number(trimmed), wallClockMs, unitMs);
  if (DATE.test(trimmed)) return ofMoment(Date.parse(trimmed), wallClockMs);
  return SPAN.exec(trimmed)?.[0] === trimmed ? spanMs(trimmed) : undefined;
}

function ofNumber(value: number, wallClockMs: number, unitMs: number): number | undefined {
  if (value >= NO_TIME) return undefined;
  if (value < TIMESTAMP || (unitMs === 1 && value < FINER_TIMESTAMP)) return value * unitMs;
  let seconds = value;
  while (seconds >= FINER_TIMESTAMP) seconds /= 1_000;
  return ofMoment(seconds * 1_000, wallClockMs);
}

const ofMoment = (momentMs: number, wallClockMs: number): number | undefined =>
  Number.isNaN(momentMs) ? undefined : Math.max(0, momentMs - wallClockMs);

/** Milliseconds of a length that is written with its units, at the beginning of a text. */
export function spanMs(text: string): number | undefined {
  const parts = SPAN.exec(text)?.[0].matchAll(/(\d+(?:\.\d+)?)\s*(ms|mil|[smhd])/gi);
  if (parts === undefined) return undefined;
  let sum = 0;
  for (const [, amount, unit = ''] of parts) sum += Number(amount) * (UNIT_MS[unit.toLowerCase()] ?? 0);
  return Number.isFinite(sum) ? sum : undefined;
}
