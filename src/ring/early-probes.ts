import type { Deployment } from '../deployment/deployment.ts';
import { type Opening, sooner } from '../gates/opening.ts';
import { admits, type PickRequest } from '../queue/pick-request.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';

/*
 * Probes ahead of their time, while no deployment is available: a ring that is all down is worth a look now and then, but not by
 * every call.
 */

/** While all deployments are cooling down, one is looked at so much more often than a first cooldown lasts. */
const EARLY_PROBE_PART = 1 / 5;
/** And at least so often, however long cooldowns are: no ring is locked out for ten minutes. */
const LONGEST_EARLY_PROBE_MS = 1_000;

/** Milliseconds between two of them. */
export const earlyProbeMs = ({ cooldown }: Pick<ResolvedSettings, 'cooldown'>): number =>
  Math.min(cooldown.initialMs * EARLY_PROBE_PART, LONGEST_EARLY_PROBE_MS);

/**
 * Of the deployments that nothing but a cooldown keeps out, the one whose cooldown ends first, if it is time for a look.
 *
 * @param everyMs milliseconds between two of them.
 */
export function dueEarlyProbe(
  deployments: readonly Deployment[],
  everyMs: number,
  now: number,
  request: PickRequest,
): Deployment | undefined {
  if (isProbing(deployments, now) || now < earliestProbe(deployments, everyMs, now)) return undefined;
  let soonest: { readonly deployment: Deployment; readonly recovers: number } | undefined;
  for (const deployment of deployments) {
    if (!admits(request, deployment) || deployment.hasRoom(now, request.tokens, request.isPinned) !== 'now') continue;
    const recovers = deployment.recovers(now);
    if (typeof recovers !== 'number') continue;
    if (soonest === undefined || recovers < soonest.recovers) soonest = { deployment, recovers };
  }
  return soonest?.deployment;
}

/** The next moment at which one may be worth it, where that is known. */
export function nextEarlyProbeAt(
  deployments: readonly Deployment[],
  everyMs: number,
  now: number,
  request: PickRequest,
): number | undefined {
  if (isProbing(deployments, now)) return undefined;
  let room: Opening = 'never';
  for (const deployment of deployments) {
    if (!admits(request, deployment) || deployment.recovers(now) === 'now') continue;
    room = sooner(room, deployment.hasRoom(now, request.tokens, request.isPinned));
  }
  if (room !== 'now' && typeof room !== 'number') return undefined;
  const earliest = earliestProbe(deployments, everyMs, now);
  return room === 'now' ? earliest : Math.max(room, earliest);
}

/** Whether the end of a probe is waited for already. */
const isProbing = (deployments: readonly Deployment[], now: number): boolean =>
  deployments.some((deployment) => deployment.recovers(now) === 'on-event' && !deployment.isClosedByHand(now));

/** So long after the last cooldown began. */
function earliestProbe(deployments: readonly Deployment[], everyMs: number, now: number): number {
  const tripped = deployments.map((deployment) => deployment.trippedAt(now)).filter((at) => at !== undefined);
  return tripped.length === 0 ? now : Math.max(...tripped) + everyMs;
}
