import type { TokenUsage } from '../events.ts';

/**
 * Reads what was used from any line's usage: v1 says `promptTokens`/`completionTokens`, v2 `inputTokens`/`outputTokens`, v3 and v4 the
 * same names with `{ total }`, embeddings `tokens`.
 */
export function readUsage(usage: unknown): TokenUsage {
  if (typeof usage !== 'object' || usage === null) return NOT_STATED;
  const fields = usage as Readonly<Record<string, unknown>>;
  const inputTokens = count(fields['inputTokens'] ?? fields['promptTokens'] ?? fields['tokens']);
  const outputTokens = count(fields['outputTokens'] ?? fields['completionTokens']);
  const sum = inputTokens === undefined ? undefined : inputTokens + (outputTokens ?? 0);
  return { inputTokens, outputTokens, totalTokens: count(fields['totalTokens']) ?? sum };
}

/** No model takes as many: a figure above is a fault of the service, and would spoil what is expected of all calls. */
const MOST_TOKENS = 20_000_000;

const NOT_STATED: TokenUsage = { inputTokens: undefined, outputTokens: undefined, totalTokens: undefined };

function count(value: unknown): number | undefined {
  const total: unknown =
    typeof value === 'object' && value !== null ? (value as { readonly total?: unknown }).total : value;
  return typeof total === 'number' && total >= 0 && total <= MOST_TOKENS ? total : undefined;
}
