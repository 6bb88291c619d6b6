import type { Fleet } from '../contestants/contestant.ts';
import type { Scenario } from '../scenario.ts';

/** A scenario's fleet as its owner would describe it. */
export const describeFleet = ({ servers, wishes }: Scenario, ports: readonly number[]): Fleet => ({
  wishes,
  endpoints: servers.map(({ name, kind, rpm, tpm, quotaGroup, isFallback = false }, index) => ({
    name,
    kind,
    baseURL: `http://127.0.0.1:${ports[index]}/${kind === 'azure' ? 'openai' : 'v1'}`,
    apiKey: 'key-of-the-benchmark',
    rpm: wishes.knowsLimits ? rpm : undefined,
    tpm: wishes.knowsLimits ? tpm : undefined,
    quotaGroup: wishes.knowsGroups === false ? undefined : quotaGroup,
    isFallback,
  })),
});
