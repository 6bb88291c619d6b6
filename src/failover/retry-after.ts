/** Response headers by lower-case name, as AI SDK errors carry them. */
export type ResponseHeaders = Readonly<Record<string, string>>;

/**
 * Milliseconds until a deployment takes calls again, out of every form that OpenAI and Azure are known to use.
 *
 * Sources: RFC 9110 §10.2.3 (`retry-after`, seconds or a date), openai-node `client.ts` (`retry-after-ms`), OpenAI's
 * rate-limit guide (`x-ratelimit-reset-*` as durations), Azure OpenAI (`x-ratelimit-reset-*` and the older
 * `x-rate-limit-reset-tokens` in whole seconds, or nothing but "retry after N seconds" in the body).
 *
 * @param body is read for a time only when the headers name none.
 */
export function retryAfterMs(
  headers: ResponseHeaders,
  body: string | undefined,
  wallClockMs: number,
): number | undefined {
  return (
    milliseconds(headers['retry-after-ms']) ??
    secondsOrDate(headers['retry-after'], wallClockMs) ??
    resetOfEmptyLimit(headers) ??
    milliseconds(/retry after (\d+) milliseconds/i.exec(body ?? '')?.[1]) ??
    seconds(/retry after (\d+(?:\.\d+)?) seconds?/i.exec(body ?? '')?.[1])
  );
}

const number = (value: string | undefined): number | undefined => {
  if (value === undefined || !/^\d+(?:\.\d+)?$/.test(value.trim())) return undefined;
  return Number(value);
};

const milliseconds = number;

const seconds = (value: string | undefined): number | undefined => {
  const parsed = number(value);
  return parsed === undefined ? undefined : parsed * 1000;
};

function secondsOrDate(value: string | undefined, wallClockMs: number): number | undefined {
  const parsed = seconds(value);
  if (parsed !== undefined || value === undefined) return parsed;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - wallClockMs);
}

/** The resets say when a limit is full again, so they count only for a limit that is used up. -1 means unknown. */
function resetOfEmptyLimit(headers: ResponseHeaders): number | undefined {
  const resets = [
    headers['x-ratelimit-remaining-requests'] === '0' ? duration(headers['x-ratelimit-reset-requests']) : undefined,
    headers['x-ratelimit-remaining-tokens'] === '0'
      ? (duration(headers['x-ratelimit-reset-tokens']) ?? duration(headers['x-rate-limit-reset-tokens']))
      : undefined,
  ].filter((reset) => reset !== undefined && reset > 0);
  return resets.length === 0 ? undefined : Math.max(...(resets as number[]));
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `6m0s`, `14.981s`, `119ms`, and plain seconds. */
function duration(value: string | undefined): number | undefined {
  const plain = seconds(value);
  if (plain !== undefined || value === undefined) return plain;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(value.trim())) return undefined;
  const parts = value.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g);
  return [...parts].reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ''] ?? 0), 0);
}
