import { msUntil, spanMs } from './named-time.ts';

/** Words stand at the beginning: what is longer holds something else. */
const LONGEST = 4_000;

/** What comes before a time: "try again in", "retry after", "wait", "will be replenished in", "resets at". */
const LEAD = /\b(?:again|retry|wait|replenished|resets?)[\s-]+(?:(?:after|in|for|at)\b)?[\s:]*/gi;

/** "00:58:14", and with days "5.03:23:11", as Azure API Management writes them. */
const CLOCK = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})(?![\d:])/;

/** "30" with nothing after it that would say of what; and dates. */
const ALONE = /^\d[\w:.+-]*?(?=[.,;!)"']*(?:\s|$))/;

/**
 * Milliseconds until the time that the words of a rejection name: "Please try again in 7m12s.", "retry after 2 minutes". OpenAI, Azure
 * and gateways write it there, and some of them nowhere else.
 */
export function waitInWords(words: string, wallClockMs: number): number | undefined {
  const text = words.slice(0, LONGEST);
  for (const { 0: lead, index } of text.matchAll(LEAD)) {
    const waitMs = timeAt(text.slice(index + lead.length), wallClockMs);
    if (waitMs !== undefined) return waitMs;
  }
  return undefined;
}

function timeAt(text: string, wallClockMs: number): number | undefined {
  const clock = CLOCK.exec(text);
  if (clock !== null) {
    const [days = 0, hours = 0, minutes = 0, seconds = 0] = clock.slice(1).map((figures) => Number(figures ?? 0));
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
  }
  const span = spanMs(text);
  if (span !== undefined) return span;
  const alone = ALONE.exec(text)?.[0];
  // A number before a word counts something else.
  return /^\d+(?:\.\d+)?\s+[a-z]/i.test(text) ? undefined : msUntil(alone, wallClockMs);
}
