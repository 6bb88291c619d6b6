/*
 * Times as services write them: a length (`26`, `119ms`, `6m0s`), or a moment (a date, a Unix timestamp).
 */

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

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
  return durationMs(trimmed);
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

/** `6m0s`, `14.981s`, `119ms`. */
function durationMs(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g);
  const sum = [...parts].reduce((total, [, amount, unit]) => total + Number(amount) * (UNIT_MS[unit ?? ''] ?? 0), 0);
  return Number.isFinite(sum) ? sum : undefined;
}
