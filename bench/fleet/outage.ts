import type { PlannedCall } from './call-plan.ts';
import type { Scenario } from './scenario.ts';
import type { Result } from './table.ts';

/** The scenario of which results have a picture, second by second. */
export const PICTURED = 'hang-defaults';

/** What became of the calls that were to be made in each second of a scenario. */
export interface Outage {
  readonly title: string;
  /** When one of the endpoints is out. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly contestants: readonly {
    readonly name: string;
    /** Calls by the second of their arrival: answered before their callers left, and not. */
    readonly answered: readonly number[];
    readonly lost: readonly number[];
  }[];
}

export function outageOf(scenario: Scenario, calls: readonly PlannedCall[], results: readonly Result[]): Outage {
  const fault = scenario.servers.flatMap(({ faults = [] }) => faults).find(({ kind }) => kind === 'silent');
  if (fault?.kind !== 'silent') throw new Error(`Nothing is silent in '${scenario.name}'.`);
  const { fromMs, untilMs } = fault;
  const seconds = Array.from({ length: scenario.untilMs / 1_000 }, (_, second) => second);
  return {
    title: scenario.title,
    fromMs,
    untilMs,
    contestants: results.map(({ contestant, observation }) => {
      const count = (isAnswered: boolean): readonly number[] => {
        const arrivals = observation.calls
          .filter(({ outcome }) => (outcome === 'answered') === isAnswered)
          .map(({ callId }) => Math.floor(calls[callId]!.atMs / 1_000));
        return seconds.map((second) => arrivals.filter((arrival) => arrival === second).length);
      };
      return { name: contestant, answered: count(true), lost: count(false) };
    }),
  };
}
