import { recognisable } from './recognisable.ts';

/** One thing that is wrong with the settings. */
export interface SettingsProblem {
  /** Where, such as `endpoints[1].weight`. */
  readonly path: string;
  /** What, as the rest of a sentence that the path begins. */
  readonly message: string;
}

/**
 * The settings cannot work, or what a call says in `providerOptions.balanced`. Thrown by `createBalancedProvider()` and before the first
 * request of a call; lists every problem, not just the first.
 */
export class InvalidSettingsError extends recognisable<InvalidSettingsError>('AI_InvalidSettingsError') {
  /** Every problem that was found. */
  readonly problems: readonly SettingsProblem[];

  constructor(problems: readonly SettingsProblem[], what = 'The settings of createBalancedProvider()') {
    super({ message: `${what} are not valid:${listOf(problems)}` });
    this.problems = problems;
  }
}

/** A line for each problem. */
export const listOf = (problems: readonly SettingsProblem[]): string =>
  problems.map(({ path, message }) => `\n- ${path === '' ? 'settings' : path}: ${message}`).join('');
