import type { ServerPlan } from '../scenario.ts';

/** Four deployments with 570 requests a minute between them, the largest with four times the smallest's. */
export const UNEQUAL_FLEET: readonly ServerPlan[] = [
  { name: 'openai-150', kind: 'openai', rpm: 150, tpm: 10_000_000 },
  { name: 'azure-240', kind: 'azure', rpm: 240, tpm: 10_000_000, windowMs: 10_000 },
  { name: 'azure-120', kind: 'azure', rpm: 120, tpm: 10_000_000, windowMs: 1_000 },
  // Hammering this one makes it serve nothing at all.
  { name: 'openai-60', kind: 'openai', rpm: 60, tpm: 10_000_000, countsRejected: true },
];

export const UNEQUAL_FLEET_RPM = UNEQUAL_FLEET.reduce((sum, { rpm }) => sum + rpm, 0);

/** Four deployments that all of a scenario's calls fit into with one of them gone. */
export const EQUAL_FLEET: readonly ServerPlan[] = [
  { name: 'openai-a', kind: 'openai', rpm: 120, tpm: 10_000_000 },
  { name: 'azure-b', kind: 'azure', rpm: 120, tpm: 10_000_000, windowMs: 10_000 },
  { name: 'openai-c', kind: 'openai', rpm: 120, tpm: 10_000_000 },
  { name: 'azure-d', kind: 'azure', rpm: 120, tpm: 10_000_000, windowMs: 10_000 },
];

/** The same, with one or some of them at fault. */
export const withFaults = (
  fleet: readonly ServerPlan[],
  faults: Readonly<Record<string, NonNullable<ServerPlan['faults']>>>,
): readonly ServerPlan[] => fleet.map((server) => ({ ...server, faults: faults[server.name] ?? [] }));
