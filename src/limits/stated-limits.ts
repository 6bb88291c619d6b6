/** What a service states of its limits, in the headers of answers and rejections alike. */
export interface StatedLimits {
  readonly requests: StatedLimit;
  readonly tokens: StatedLimit;
  /** What is written of the time after which requests are counted anew: whole seconds at Azure, durations at OpenAI. */
  readonly requestsReset: string | undefined;
}

/** One limit. `undefined` is unknown, which services also write as -1. */
export interface StatedLimit {
  readonly perMinute: number | undefined;
  readonly remaining: number | undefined;
}

type Headers = Readonly<Record<string, string>>;

/**
 * Reads `x-ratelimit-{limit,remaining}-{requests,tokens}` and `x-ratelimit-reset-requests`: OpenAI's rate-limit guide; Azure uses the same names.
 *
 * @returns `undefined` when there is none of them.
 */
export function statedLimits(headers: Headers | null | undefined): StatedLimits | undefined {
  // Errors of others may have `null` there.
  if (headers === undefined || headers === null) return undefined;
  const requests = statedLimit(headers['x-ratelimit-limit-requests'], headers['x-ratelimit-remaining-requests']);
  const tokens = statedLimit(headers['x-ratelimit-limit-tokens'], headers['x-ratelimit-remaining-tokens']);
  if (requests === NOT_STATED && tokens === NOT_STATED) return undefined;
  return { requests, tokens, requestsReset: headers['x-ratelimit-reset-requests'] };
}

const NOT_STATED: StatedLimit = { perMinute: undefined, remaining: undefined };

function statedLimit(limit: string | undefined, left: string | undefined): StatedLimit {
  if (limit === undefined && left === undefined) return NOT_STATED;
  const perMinute = amount(limit);
  const remaining = amount(left);
  if (perMinute === undefined && remaining === undefined) return NOT_STATED;
  // A limit of nothing is a service that does not know its own.
  return { perMinute: perMinute === 0 ? undefined : perMinute, remaining };
}

/** A whole number that is not negative; `undefined` for anything else. */
export function amount(value: string | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  const number = Number(value);
  return Number.isInteger(number) && number >= 0 ? number : undefined;
}
