import { AttemptTimeoutError } from '../errors/attempt-timeout-error.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';
import type { Attempt } from './attempt.ts';

/** Milliseconds of silence that are nothing unusual, whatever a ring is used to. */
export const SHORTEST_SILENCE_MS = 1_000;

/** So many times as long as nearly all answers take is "far longer". */
export const FAR_LONGER = 4;

/** Milliseconds of silence after which a second deployment is asked; `undefined` while that is off or not known yet. */
export function hedgeAfterMs(hedge: ResolvedSettings['hedge'], p95Ms: number | undefined): number | undefined {
  if (hedge?.afterMs !== undefined || p95Ms === undefined) return hedge?.afterMs;
  return Math.max(p95Ms, SHORTEST_SILENCE_MS);
}

/** The reason for which a silent attempt is let go. */
export const silenceOf = ({ deployment }: Attempt, silentMs: number): AttemptTimeoutError =>
  new AttemptTimeoutError({
    setting: 'hedge.afterMs',
    timeoutMs: Math.round(silentMs),
    endpoint: deployment.endpoint.name,
  });
