import { AISDKError } from '@ai-sdk/provider';

import { hasMarker, markerOf } from './marker.ts';

/** One thing that is wrong with the settings. */
export interface SettingsProblem {
  /** Where, such as `endpoints[1].weight`. */
  readonly path: string;
  /** What, as the rest of a sentence that the path begins. */
  readonly message: string;
}

const name = 'AI_InvalidSettingsError';
const marker = markerOf(name);

/** The settings cannot work. Thrown by `createBalancedProvider()`; lists every problem, not just the first. */
export class InvalidSettingsError extends AISDKError {
  /** Every problem that was found. */
  readonly problems: readonly SettingsProblem[];

  constructor(problems: readonly SettingsProblem[]) {
    const lines = problems.map(({ path, message }) => `\n- ${path === '' ? 'settings' : path}: ${message}`);
    super({ name, message: `The settings of createBalancedProvider() are not valid:${lines.join('')}` });
    this.problems = problems;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `error` is one of these, also when another copy of this package made it. */
  static override isInstance(error: unknown): error is InvalidSettingsError {
    return hasMarker(error, marker);
  }
}
