import type { PlannedCall } from './call-plan.ts';
import type { OracleCall } from './oracle.ts';
import { percentiles } from './percentiles.ts';
import type { AttemptRecord, CallRecord } from './records.ts';
import type { Scenario } from './scenario.ts';
import type { FallbackScore, UrgencyScore } from './score.ts';

/** Of each deployment among the answers. */
export function shares({ servers }: Scenario, attempts: readonly AttemptRecord[]): readonly number[] {
  const answers = attempts.filter(({ outcome }) => outcome === 'answered');
  return servers.map((_, index) => answers.filter(({ server }) => server === index).length / answers.length);
}

/** @param byOracle calls that count and that the oracle answers. */
export function fallbackScore(
  { servers, warmUpMs, untilMs }: Scenario,
  byOracle: readonly OracleCall[],
  attempts: readonly AttemptRecord[],
): FallbackScore | undefined {
  if (!servers.some(({ isFallback }) => isFallback)) return undefined;
  const answers = attempts.filter(({ atMs, outcome }) => outcome === 'answered' && atMs >= warmUpMs && atMs < untilMs);
  const own = answers.filter(({ server }) => servers[server]?.isFallback !== true);
  const perMinute = servers.reduce((sum, { rpm, isFallback }) => (isFallback === true ? sum : sum + rpm), 0);
  return {
    share: 1 - own.length / answers.length,
    oracleShare: byOracle.filter(({ isByFallback }) => isByFallback).length / byOracle.length,
    ownQuotaUsed: own.length / ((perMinute * (untilMs - warmUpMs)) / 60_000),
  };
}

export function urgencyScore(
  calls: readonly PlannedCall[],
  counted: readonly PlannedCall[],
  answered: readonly CallRecord[],
  transportMs: number,
): UrgencyScore | undefined {
  const interactive = counted.filter(({ urgency }) => urgency === 'interactive');
  if (interactive.length === 0) return undefined;
  const served = answered.filter(({ callId }) => calls[callId]?.urgency === 'interactive');
  const waits = served.map(({ callId, endedAtMs }) => {
    const { atMs, firstTokenMs, outputMs } = calls[callId]!;
    return endedAtMs - atMs - firstTokenMs - outputMs - transportMs;
  });
  return {
    interactiveSuccess: served.length / interactive.length,
    interactiveWait: percentiles(waits),
    backgroundShare: 1 - served.length / answered.length,
  };
}
