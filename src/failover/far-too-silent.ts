import type { CallEnd } from './call-scope.ts';

/** Milliseconds of silence below which no caller's deadline says anything about a deployment. */
const SHORTEST_SILENCE_MS = 1_000;
/** So many times as long as a ring usually takes is "far longer". */
const FAR_LONGER = 4;

/**
 * A deadline of the caller's that ran out on a deployment that was silent for far longer than usual is a mark against
 * it: users whose own deadline is shorter than a hang would otherwise never find out who hangs.
 */
export function wasFarTooSilent(end: CallEnd | undefined, silentMs: number, usualMs: number | undefined): boolean {
  if (end?.by === 'caller' && (end.reason as { name?: unknown } | undefined)?.name !== 'TimeoutError') return false;
  return usualMs !== undefined && silentMs > Math.max(FAR_LONGER * usualMs, SHORTEST_SILENCE_MS);
}
