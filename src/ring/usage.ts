import type { TokenUsage } from '../events.ts';
import { isObject, property } from '../foreign.ts';

/**
 * Reads what was used from any line's usage: v1 says `promptTokens`/`completionTokens`, v2 `inputTokens`/`outputTokens`, v3 and v4 the
 * same names with `{ total }`, embeddings `tokens`.
 */
export function readUsage(usage: unknown): TokenUsage {
  const field = (name: string): unknown => property(usage, name);
  const inputTokens = count(field('inputTokens') ?? field('promptTokens') ?? field('tokens'));
  const outputTokens = count(field('outputTokens') ?? field('completionTokens'));
  const sum = inputTokens === undefined ? undefined : inputTokens + (outputTokens ?? 0);
  return { inputTokens, outputTokens, totalTokens: count(field('totalTokens')) ?? sum };
}

/** No model takes as many: a figure above is a fault of the service, and would spoil what is expected of all calls. */
const MOST_TOKENS = 20_000_000;

function count(value: unknown): number | undefined {
  const total = isObject(value) ? property(value, 'total') : value;
  return typeof total === 'number' && total >= 0 && total <= MOST_TOKENS ? total : undefined;
}
