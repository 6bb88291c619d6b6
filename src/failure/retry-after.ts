import { msUntil } from './named-time.ts';
import { headerOf } from '../foreign.ts';
import { waitInWords } from './wait-in-words.ts';

/** Headers that say what is left of a limit, and those that say when it is full again. */
const RESETS = [
  ['x-ratelimit-remaining-requests', 'x-ratelimit-reset-requests'],
  ['x-ratelimit-remaining-tokens', 'x-ratelimit-reset-tokens'],
  ['x-ratelimit-remaining-tokens', 'x-rate-limit-reset-tokens'],
  ['x-ratelimit-remaining', 'x-ratelimit-reset'],
] as const;

/**
 * Milliseconds until a deployment takes calls again, out of every form of header that OpenAI, Azure and gateways are known to use, or
 * of words where no header says it.
 *
 * Sources: RFC 9110 §10.2.3 (`retry-after`, seconds or a date), openai-node `client.ts` (`retry-after-ms`), OpenAI's
 * rate-limit guide (`x-ratelimit-reset-*` as durations), Azure OpenAI (`x-ratelimit-reset-*` and the older
 * `x-rate-limit-reset-tokens` in whole seconds), OpenRouter (`x-ratelimit-reset` as a timestamp).
 */
export function retryAfterMs(headers: unknown, wallClockMs: number, words: readonly string[] = []): number | undefined {
  return (
    msUntil(headerOf(headers, 'retry-after-ms'), wallClockMs, 1) ??
    msUntil(headerOf(headers, 'retry-after'), wallClockMs) ??
    resetOfEmptyLimit(headers, wallClockMs) ??
    words.map((text) => waitInWords(text, wallClockMs)).find((waitMs) => waitMs !== undefined)
  );
}

/** The resets say when a limit is full again, so they count only for a limit that is used up. -1 means unknown. */
function resetOfEmptyLimit(headers: unknown, wallClockMs: number): number | undefined {
  const resetsMs = RESETS.filter(([remaining]) => headerOf(headers, remaining) === '0').map(
    ([, reset]) => msUntil(headerOf(headers, reset), wallClockMs) ?? 0,
  );
  const lastMs = Math.max(0, ...resetsMs);
  return lastMs === 0 ? undefined : lastMs;
}
