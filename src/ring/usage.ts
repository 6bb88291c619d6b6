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

const NOT_STATED: TokenUsage = { inputTokens: undefined, outputTokens: undefined, totalTokens: undefined };

function count(value: unknown): number | undefined {
  const total: unknown =
    typeof value === 'object' && value !== null ? (value as { readonly total?: unknown }).total : value;
  return typeof total === 'number' && Number.isFinite(total) ? total : undefined;
}
