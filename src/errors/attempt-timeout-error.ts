import { recognisable } from './recognisable.ts';

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
export class AttemptTimeoutError extends recognisable<AttemptTimeoutError>('AI_AttemptTimeoutError') {
  /** The setting whose time ran out. */
  readonly setting: TimeoutSetting;
  /** The same, where errors of the network have their code: it is in the records of attempts. */
  readonly code: TimeoutSetting;
  /** Its value in milliseconds. */
  readonly timeoutMs: number;
  /** Name of the endpoint that was silent. */
  readonly endpoint: string;

  constructor({ setting, timeoutMs, endpoint }: Pick<AttemptTimeoutError, 'setting' | 'timeoutMs' | 'endpoint'>) {
    super({ message: `Endpoint "${endpoint}" took longer than the ${timeoutMs} ms of ${setting}.` });
    this.setting = setting;
    this.code = setting;
    this.timeoutMs = timeoutMs;
    this.endpoint = endpoint;
  }
}
