/** Response headers by lower-case name, as AI SDK errors carry them. */
export type ResponseHeaders = Readonly<Record<string, string>>;

/**
 * Milliseconds until a deployment takes calls again, out of every form of header that OpenAI and Azure are known to use.
 *
 * Sources: RFC 9110 §10.2.3 (`retry-after`, seconds or a date), openai-node `client.ts` (`retry-after-ms`), OpenAI's
 * rate-limit guide (`x-ratelimit-reset-*` as durations), Azure OpenAI (`x-ratelimit-reset-*` and the older
 * `x-rate-limit-reset-tokens` in whole seconds).
 */
export function statedRetryAfterMs(headers: ResponseHeaders, wallClockMs: number): number | undefined {
  return (
    milliseconds(headers['retry-after-ms']) ??
    secondsOrDate(headers['retry-after'], wallClockMs) ??
    resetOfEmptyLimit(headers)
  );
}

/** The same, or what the words of a rejection say when no header does: Azure's may be nothing but "retry after N seconds". */
export function retryAfterMs(
  headers: ResponseHeaders,
  body: string | undefined,
  wallClockMs: number,
): number | undefined {
  return (
    statedRetryAfterMs(headers, wallClockMs) ??
    milliseconds(/retry after (\d+) milliseconds/i.exec(body ?? '')?.[1]) ??
    seconds(/retry after (\d+(?:\.\d+)?) seconds?/i.exec(body ?? '')?.[1])
  );
}

const number = (value: string | undefined): number | undefined => {
  if (value === undefined || !/^\d+(?:\.\d+)?$/.test(value.trim())) return undefined;
  // More digits than a number can hold are no time at all.
  return Number.isFinite(Number(value)) ? Number(value) : undefined;
};

const milliseconds = number;

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);

const seconds = (value: string | undefined): number | undefined => {
  const parsed = number(value);
  return parsed === undefined ? undefined : finite(parsed * 1000);
};

const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

function secondsOrDate(value: string | undefined, wallClockMs: number): number | undefined {
  const parsed = seconds(value);
  if (parsed !== undefined || value === undefined) return parsed;
  // Only the form that RFC 9110 prescribes: `Date.parse` makes a date of nearly anything.
  const date = HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN;
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
  return finite([...parts].reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ''] ?? 0), 0));
}
