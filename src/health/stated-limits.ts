/** What a service states of its limits, in the headers of answers and rejections alike. */
export interface StatedLimits {
  readonly requests: StatedLimit;
  readonly tokens: StatedLimit;
}

/** One limit. `undefined` is unknown, which services also write as -1. */
export interface StatedLimit {
  readonly perMinute: number | undefined;
  readonly remaining: number | undefined;
}

/**
 * Reads `x-ratelimit-{limit,remaining}-{requests,tokens}`: OpenAI's rate-limit guide; Azure uses the same names.
 *
 * @returns `undefined` when there is none of them.
 */
export function statedLimits(headers: Readonly<Record<string, string>> | undefined): StatedLimits | undefined {
  if (headers === undefined) return undefined;
  const requests = statedLimit(headers, 'requests');
  const tokens = statedLimit(headers, 'tokens');
  return requests === undefined && tokens === undefined
    ? undefined
    : { requests: requests ?? NOT_STATED, tokens: tokens ?? NOT_STATED };
}

const NOT_STATED: StatedLimit = { perMinute: undefined, remaining: undefined };

function statedLimit(headers: Readonly<Record<string, string>>, unit: 'requests' | 'tokens'): StatedLimit | undefined {
  const perMinute = amount(headers[`x-ratelimit-limit-${unit}`]);
  const remaining = amount(headers[`x-ratelimit-remaining-${unit}`]);
  if (perMinute === undefined && remaining === undefined) return undefined;
  // A limit of nothing is a service that does not know its own.
  return { perMinute: perMinute === 0 ? undefined : perMinute, remaining };
}

function amount(value: string | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  const number = Number(value);
  return Number.isInteger(number) && number >= 0 ? number : undefined;
}
