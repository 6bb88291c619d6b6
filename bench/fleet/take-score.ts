import { type PlannedCall, wholeAnswer } from './call-plan.ts';
import { groupBy } from './group-by.ts';
import type { OracleCall } from './oracle.ts';
import { type Percentiles, percentiles } from './percentiles.ts';
import type { AttemptRecord, CallRecord, Observation } from './records.ts';
import { fallbackScore, shares, urgencyScore } from './where-calls-went.ts';
import { recoveryMs } from './recovery.ts';
import { faultAt, type Scenario } from './scenario.ts';
import type { Integrity, Score, WhileAllDead } from './score.ts';

/** Compares what was observed with what the oracle would have done. */
export function takeScore(
  scenario: Scenario,
  calls: readonly PlannedCall[],
  oracle: readonly OracleCall[],
  observation: Observation,
): Score {
  const counted = calls.filter(({ atMs }) => atMs >= scenario.warmUpMs);
  const countedIds = new Set(counted.map(({ id }) => id));
  const attempts = observation.attempts.filter(({ callId }) => countedIds.has(callId));
  const records = observation.calls.filter(({ callId }) => countedIds.has(callId));
  const answered = records.filter(({ outcome }) => outcome === 'answered');
  const byOracle = oracle.filter(({ callId, isAnswered }) => isAnswered && countedIds.has(callId));
  const good = counted.filter(({ isBad }) => !isBad);
  const arrivalOf = ({ callId }: CallRecord): number => calls[callId]!.atMs;
  const withTransport = (times: readonly number[]): Percentiles =>
    percentiles(times.map((time) => time + observation.transportMs));
  return {
    calls: counted.length,
    success: answered.length / good.length,
    goodput: answered.length / byOracle.length,
    cutOff: attempts.filter(({ outcome }) => outcome === 'closed').length / attempts.length,
    latency: percentiles(answered.map((record) => record.endedAtMs - arrivalOf(record))),
    firstContent: percentiles(answered.map((record) => (record.firstContentAtMs ?? Infinity) - arrivalOf(record))),
    oracleLatency: withTransport(byOracle.map(({ totalMs }) => totalMs)),
    idleLatency: withTransport(good.map(({ firstTokenMs, outputMs }) => firstTokenMs + outputMs)),
    oracleFirstContent: withTransport(byOracle.map(({ firstContentMs }) => firstContentMs)),
    attemptsPerSuccess: attempts.length / answered.length,
    rateLimitedPerSuccess: attempts.filter(({ outcome }) => outcome === 'rate-limited').length / answered.length,
    extraAttempts: observation.attempts.length / calls.length - 1,
    attemptsOnDead: attempts.filter(({ outcome }) => outcome === 'dead' || outcome === 'silent').length,
    recoveryMs: recoveryMs(scenario, observation.attempts),
    whileAllDead: whileAllDead(scenario, counted, records, attempts),
    integrity: integrity(counted, records, attempts),
    shares: shares(scenario, attempts),
    fallback: fallbackScore(scenario, byOracle, observation.attempts),
    urgency: urgencyScore(calls, counted, answered, observation.transportMs),
    ...cacheHits(calls, counted, attempts),
  };
}

function whileAllDead(
  { servers }: Scenario,
  counted: readonly PlannedCall[],
  records: readonly CallRecord[],
  attempts: readonly AttemptRecord[],
): WhileAllDead | undefined {
  const isAllDead = (atMs: number): boolean => servers.every((server) => faultAt(server, 'dead', atMs) !== undefined);
  const caught = new Set(counted.filter(({ atMs }) => isAllDead(atMs)).map(({ id }) => id));
  if (caught.size === 0) return undefined;
  const carried = records.filter(({ callId, outcome }) => outcome === 'answered' && caught.has(callId)).length;
  const attemptsThen = attempts.filter(({ atMs }) => isAllDead(atMs)).length;
  return { calls: caught.size, carried: carried / caught.size, attemptsPerCall: attemptsThen / caught.size };
}

function integrity(
  counted: readonly PlannedCall[],
  records: readonly CallRecord[],
  attempts: readonly AttemptRecord[],
): Integrity {
  const attemptsOf = groupBy(attempts, ({ callId }) => callId);
  const recordOf = new Map(records.map((record) => [record.callId, record]));
  const count = (
    isCounted: (call: PlannedCall, record: CallRecord, made: readonly AttemptRecord[]) => boolean,
  ): number => counted.filter((call) => isCounted(call, recordOf.get(call.id)!, attemptsOf.get(call.id) ?? [])).length;
  return {
    visibleFailures: count(
      (call, { outcome }, made) =>
        !call.isBad && outcome !== 'answered' && made.every((attempt) => attempt.outcome !== 'cut-after-content'),
    ),
    doubled: count((call, { text }) => !wholeAnswer(call.id).startsWith(text)),
    cutAsWhole: count((call, { outcome, text }) => outcome === 'wrong' && wholeAnswer(call.id).startsWith(text)),
    badCalls: count(({ isBad }) => isBad),
    badNotAskedOnce: count(({ isBad }, { outcome }, made) => isBad && (outcome !== 'failed' || made.length !== 1)),
    stillOpen: count((_, { outcome }) => outcome === 'open'),
  };
}

function cacheHits(
  calls: readonly PlannedCall[],
  counted: readonly PlannedCall[],
  attempts: readonly AttemptRecord[],
): Pick<Score, 'cacheHits' | 'oracleCacheHits'> {
  const keyed = counted.filter(({ cacheKey }) => cacheKey !== undefined);
  const firstOfKey = new Map<string, number>();
  for (const { cacheKey, id } of calls) {
    if (cacheKey !== undefined && !firstOfKey.has(cacheKey)) firstOfKey.set(cacheKey, id);
  }
  const hits = new Set(attempts.filter(({ isCacheHit }) => isCacheHit).map(({ callId }) => callId));
  return {
    cacheHits: hits.size / keyed.length,
    oracleCacheHits: keyed.filter(({ id, cacheKey }) => firstOfKey.get(cacheKey!) !== id).length / keyed.length,
  };
}
