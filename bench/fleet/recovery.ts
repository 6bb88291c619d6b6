import type { AttemptRecord } from './records.ts';
import type { Scenario } from './scenario.ts';

/** So many answers in a row are looked at, of which a deployment's share is its fair part, less one for the luck of the draw. */
const LOOKED_AT = 5;

/**
 * The longest time from a deployment's healing until it carries its full share: until, of the answers that the fleet gives from
 * then on, it gives its fair part. `Infinity` when it never does; `undefined` when nothing died alone.
 */
export function recoveryMs({ servers }: Scenario, attempts: readonly AttemptRecord[]): number | undefined {
  const answered = attempts.filter(({ outcome }) => outcome === 'answered').toSorted((a, b) => a.atMs - b.atMs);
  const times = servers.flatMap(({ faults = [] }, index) =>
    faults
      .filter((fault) => fault.kind === 'dead')
      .map(({ untilMs }) => timeToFullShare(answered, index, servers.length, untilMs)),
  );
  return times.length === 0 ? undefined : Math.max(...times);
}

function timeToFullShare(
  answered: readonly AttemptRecord[],
  server: number,
  servers: number,
  healedAtMs: number,
): number {
  for (const [index, { atMs, server: by }] of answered.entries()) {
    if (by !== server || atMs < healedAtMs) continue;
    const following = answered.slice(index, index + LOOKED_AT * servers);
    const share = following.filter((attempt) => attempt.server === server).length;
    if (following.length === LOOKED_AT * servers && share >= LOOKED_AT - 1) return atMs - healedAtMs;
  }
  return Infinity;
}
