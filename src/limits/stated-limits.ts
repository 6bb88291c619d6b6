import { headerOf } from '../failure/response-headers.ts';

/** What services limit. */
export type Unit = 'requests' | 'tokens';

/** What a service states of its limits, in the headers of answers and rejections alike. */
export type StatedLimits = Readonly<Record<Unit, StatedLimit>>;

/** One limit. `undefined` is unknown, which services also write as -1. */
export interface StatedLimit {
  readonly perMinute: number | undefined;
  readonly remaining: number | undefined;
  /** What is written of the time until it is full again, or counted anew: whole seconds at Azure, durations at OpenAI. */
  readonly reset: string | undefined;
}

/** Per minute. Some services write 2^32 - 1 or the like; the highest limits that OpenAI and Azure publish are below 2e8. */
const NO_LIMIT = 1e9;

/**
 * Reads `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`: OpenAI's rate-limit guide; Azure uses the same names.
 *
 * @returns `undefined` when no limit and nothing that remains is stated.
 */
export function statedLimits(headers: unknown): StatedLimits | undefined {
  const requests = statedLimit(headers, 'requests');
  const tokens = statedLimit(headers, 'tokens');
  return isStated(requests) || isStated(tokens) ? { requests, tokens } : undefined;
}

const isStated = ({ perMinute, remaining }: StatedLimit): boolean => perMinute !== undefined || remaining !== undefined;

function statedLimit(headers: unknown, unit: Unit): StatedLimit {
  const perMinute = wholeNumber(headerOf(headers, `x-ratelimit-limit-${unit}`));
  return {
    // A limit of nothing is a service that does not know its own, and one beyond all bounds is none: it would draw all calls.
    perMinute: perMinute === 0 || Number(perMinute) >= NO_LIMIT ? undefined : perMinute,
    remaining: wholeNumber(headerOf(headers, `x-ratelimit-remaining-${unit}`)),
    reset: headerOf(headers, `x-ratelimit-reset-${unit}`),
  };
}

/** A number in decimal digits; `undefined` for anything else, whatever a provider in plain JavaScript has put there. */
export const wholeNumber = (value: unknown): number | undefined =>
  typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
