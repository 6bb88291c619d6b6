import type { PlannedCall } from './call-plan.ts';
import type { OracleCall } from './oracle.ts';
import type { Observation } from './records.ts';

/** All that is known of one run, to find out why it went as it did. */
export interface Trace {
  readonly scenario: string;
  readonly contestant: string;
  readonly calls: readonly PlannedCall[];
  readonly oracle: readonly OracleCall[];
  readonly observation: Observation;
}
