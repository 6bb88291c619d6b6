import { msUntil } from '../failure/named-time.ts';
import { headerOf } from '../foreign.ts';

/** What services limit. */
export type Unit = 'requests' | 'tokens';

/** What a service states of its limits, in the headers of answers and rejections alike. */
export type StatedLimits = Readonly<Record<Unit, StatedLimit>>;

/** One limit. `undefined` is unknown, which services also write as -1. */
export interface StatedLimit {
  readonly perMinute: number | undefined;
  readonly remaining: number | undefined;
  /** Milliseconds, from when the request was sent, until it is full again (OpenAI) or counted anew (Azure, in whole seconds). */
  readonly resetMs: number | undefined;
}

/** Per minute. Some services write 2^32 - 1 or the like; the highest limits that OpenAI and Azure publish are below 2e8. */
const NO_LIMIT = 1e9;

/**
 * Limits are per minute, and full again within one: a larger number that stands alone is in milliseconds, or a timestamp, which
 * `msUntil` tells by its size.
 */
const MOST_SECONDS = 60;
const FIRST_TIMESTAMP = 1e9;

/**
 * Reads `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`: OpenAI's rate-limit guide; Azure uses the same names.
 *
 * @param wallClockMs when the request was sent.
 * @returns `undefined` when no limit and nothing that remains is stated.
 */
export function statedLimits(headers: unknown, wallClockMs: number): StatedLimits | undefined {
  const requests = statedLimit(headers, 'requests', wallClockMs);
  const tokens = statedLimit(headers, 'tokens', wallClockMs);
  return isStated(requests) || isStated(tokens) ? { requests, tokens } : undefined;
}

const isStated = ({ perMinute, remaining }: StatedLimit): boolean => perMinute !== undefined || remaining !== undefined;

function statedLimit(headers: unknown, unit: Unit, wallClockMs: number): StatedLimit {
  const reset = headerOf(headers, `x-ratelimit-reset-${unit}`);
  const alone = Number(reset);
  const perMinute = wholeNumber(headerOf(headers, `x-ratelimit-limit-${unit}`));
  return {
    // A limit of nothing is a service that does not know its own, and one beyond all bounds is none: it would draw all calls.
    perMinute: perMinute === 0 || Number(perMinute) >= NO_LIMIT ? undefined : perMinute,
    remaining: wholeNumber(headerOf(headers, `x-ratelimit-remaining-${unit}`)),
    resetMs: msUntil(reset, wallClockMs, alone > MOST_SECONDS && alone < FIRST_TIMESTAMP ? 1 : 1_000),
  };
}

/** A number in decimal digits; `undefined` for anything else, whatever a provider in plain JavaScript has put there. */
const wholeNumber = (value: unknown): number | undefined =>
  typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
