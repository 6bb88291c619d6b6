import type { Wait, WaitingGroup } from './waiting-call.ts';

/**
 * When a new call may expect its turn: not before the first deployment that would do opens, nor before the calls have had theirs that
 * come before it and wait for the same deployments. `undefined` when no deployment will open for it.
 */
export function expectedStart(now: number, wait: Wait, group: WaitingGroup): number | undefined {
  const { ring, request, deadline, isReturning } = wait;
  const opens = ring.mayOpenAnyTime(now, request) ? 'now' : ring.opens(now, request);
  // A ring that is all down is probed early.
  const probeAt = ring.earlyProbeAt(now, request);
  const openAt = opens === 'now' ? now : opens;
  const firstAt = typeof openAt === 'number' ? Math.min(openAt, probeAt ?? openAt) : probeAt;
  if (firstAt === undefined) return undefined;
  const { calls, tokens } = isReturning || group.standing.isStanding ? group.returned : group.demand;
  const demand = { calls: calls + 1, tokens: tokens + request.tokens };
  return Math.max(firstAt, ring.earliestStart(group.wanted, now, deadline, demand));
}
