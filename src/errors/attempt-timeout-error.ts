import { AISDKError } from '@ai-sdk/provider';

import { hasMarker, markerOf } from './marker.ts';

const name = 'AI_AttemptTimeoutError';
const marker = markerOf(name);

/** The setting whose time ran out. */
export type TimeoutSetting =
  | 'timeout.firstContentMs'
  | 'timeout.idleMs'
  | 'timeout.attemptMs'
  | 'hedge.afterMs'
  | 'totalTimeoutMs';

/**
 * An attempt took longer than a setting allows. Before content it is a reason to ask another deployment; after content
 * it ends the stream as an error part. Its name is neither `TimeoutError` nor `AbortError`, which the AI SDK would take for
 * the user's own abort.
 */
export class AttemptTimeoutError extends AISDKError {
  /** The setting whose time ran out. */
  readonly setting: TimeoutSetting;
  /** The same, where errors of the network have their code: it is in the records of attempts. */
  readonly code: TimeoutSetting;
  /** Its value in milliseconds. */
  readonly timeoutMs: number;
  /** Name of the endpoint that was silent. */
  readonly endpoint: string;

  constructor({
    setting,
    timeoutMs,
    endpoint,
  }: {
    readonly setting: TimeoutSetting;
    readonly timeoutMs: number;
    readonly endpoint: string;
  }) {
    super({ name, message: `Endpoint "${endpoint}" took longer than the ${timeoutMs} ms of ${setting}.` });
    this.setting = setting;
    this.code = setting;
    this.timeoutMs = timeoutMs;
    this.endpoint = endpoint;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `error` is one of these, also when another copy of this package made it. */
  static override isInstance(error: unknown): error is AttemptTimeoutError {
    return hasMarker(error, marker);
  }
}
