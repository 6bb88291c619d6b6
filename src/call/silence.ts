import { AttemptTimeoutError } from '../errors/attempt-timeout-error.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';
import type { Attempt } from './attempt.ts';

/** Milliseconds of silence that are nothing unusual, whatever a ring is used to. */
export const SHORTEST_SILENCE_MS = 1_000;

/** Milliseconds of silence after which a second deployment is asked; `undefined` while that is off or not known yet. */
export function hedgeAfterMs(hedge: ResolvedSettings['hedge'], usualMs: number | undefined): number | undefined {
  if (hedge?.afterMs !== undefined || usualMs === undefined) return hedge?.afterMs;
  return Math.max(usualMs, SHORTEST_SILENCE_MS);
}

/** The reason for which a silent attempt is let go. */
export const silence = ({ deployment }: Attempt, silentMs: number): AttemptTimeoutError =>
  new AttemptTimeoutError({
    setting: 'hedge.afterMs',
    timeoutMs: Math.round(silentMs),
    endpoint: deployment.endpoint.name,
  });
