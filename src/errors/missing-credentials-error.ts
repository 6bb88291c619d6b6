import { listOf, type SettingsProblem } from './invalid-settings-error.ts';
import { recognisable } from './recognisable.ts';

/**
 * Environment variables that the endpoints need are not set. Thrown by the first call, and by each further one until they
 * are set; lists all that is missing.
 */
export class MissingCredentialsError extends recognisable<MissingCredentialsError>('AI_MissingCredentialsError') {
  /** What is missing, by the path of the setting that asks for it. */
  readonly problems: readonly SettingsProblem[];

  /** @param isOneEnough whether endpoints that lack something are skipped, as long as one lacks nothing. */
  constructor(problems: readonly SettingsProblem[], isOneEnough = false) {
    const needed = isOneEnough ? 'at least one of these endpoints needs' : 'the endpoints need';
    super({ message: `The environment lacks what ${needed}:${listOf(problems)}` });
    this.problems = problems;
  }
}
