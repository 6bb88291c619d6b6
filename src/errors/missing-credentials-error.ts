import { AISDKError } from '@ai-sdk/provider';

import type { SettingsProblem } from './invalid-settings-error.ts';
import { hasMarker, markerOf } from './marker.ts';

const name = 'AI_MissingCredentialsError';
const marker = markerOf(name);

/**
 * Environment variables that the endpoints need are not set. Thrown by the first call, and by each further one until they
 * are set; lists all that is missing.
 */
export class MissingCredentialsError extends AISDKError {
  /** What is missing, by the path of the setting that asks for it. */
  readonly problems: readonly SettingsProblem[];

  /** @param isOneEnough whether the endpoints are skipped that lack something, as long as one does not. */
  constructor(problems: readonly SettingsProblem[], isOneEnough = false) {
    const lines = problems.map(({ path, message }) => `\n- ${path}: ${message}`);
    super({
      name,
      message: `The environment lacks what ${isOneEnough ? 'at least one of these endpoints needs' : 'the endpoints need'}:${lines.join('')}`,
    });
    this.problems = problems;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `error` is one of these, also when another copy of this package made it. */
  static override isInstance(error: unknown): error is MissingCredentialsError {
    return hasMarker(error, marker);
  }
}
