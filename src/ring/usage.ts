/** Tokens that an answer reports. */
export interface Usage {
  readonly outputTokens: number | undefined;
  readonly totalTokens: number | undefined;
}

/**
 * Reads what was used from any line's usage: v1 says `promptTokens`/`completionTokens`, v2 `inputTokens`/`outputTokens`, v3 and v4 the
 * same names with `{ total }`, embeddings `tokens`.
 */
export function readUsage(usage: unknown): Usage {
  if (typeof usage !== 'object' || usage === null) return { outputTokens: undefined, totalTokens: undefined };
  const fields = usage as Readonly<Record<string, unknown>>;
  const input = count(fields['inputTokens'] ?? fields['promptTokens'] ?? fields['tokens']);
  const outputTokens = count(fields['outputTokens'] ?? fields['completionTokens']);
  const sum = input === undefined ? undefined : input + (outputTokens ?? 0);
  return { outputTokens, totalTokens: count(fields['totalTokens']) ?? sum };
}

function count(value: unknown): number | undefined {
  const total: unknown =
    typeof value === 'object' && value !== null ? (value as { readonly total?: unknown }).total : value;
  return typeof total === 'number' && Number.isFinite(total) ? total : undefined;
}
