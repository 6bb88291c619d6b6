import { APICallError } from '@ai-sdk/provider';

import type { AttemptRecord } from '../failure.ts';
import { hasMarker, markerOf } from './marker.ts';

const name = 'AI_AllEndpointsFailedError';
const marker = markerOf(name);

/** What {@link AllEndpointsFailedError} is made of. */
export interface AllEndpointsFailedDetails {
  readonly modelId: string;
  readonly attempts: readonly AttemptRecord[];
  readonly retryAfterMs: number | undefined;
  readonly errors: readonly unknown[];
  readonly because: string;
  /** Whether it was for want of capacity that nobody was asked. */
  readonly isForCapacity?: boolean;
}

/**
 * Every endpoint that could be asked has failed, or none could be asked. To the AI SDK it is an `APICallError` that is not
 * retryable, so that its own `maxRetries` does not start the ring again.
 *
 * It holds no key, header, prompt or answer, and may be logged. The errors of the attempts may hold all of these; they
 * are reached with {@link errors}, which no logger or serializer touches by itself.
 */
export class AllEndpointsFailedError extends APICallError {
  /** The model id that the caller asked for. */
  readonly modelId: string;
  /** Every attempt of the call, in order. */
  readonly attempts: readonly AttemptRecord[];
  /** Milliseconds until the first endpoint takes calls again, when every one of them is known to refuse them until then. */
  readonly retryAfterMs: number | undefined;

  readonly #errors: readonly unknown[];

  constructor({ modelId, attempts, retryAfterMs, errors, because, isForCapacity }: AllEndpointsFailedDetails) {
    super({
      message: describe({ modelId, attempts, retryAfterMs, because }),
      url: '',
      requestBodyValues: {},
      statusCode: statusOf(attempts, isForCapacity === true),
      isRetryable: false,
    });
    this.name = name;
    this.modelId = modelId;
    this.attempts = attempts;
    this.retryAfterMs = retryAfterMs;
    this.#errors = errors;
    Object.defineProperty(this, marker, { value: true });
  }

  /** What each attempt threw, in the order of {@link attempts}. May hold prompts and headers: do not log it as it is. */
  get errors(): readonly unknown[] {
    return this.#errors;
  }

  /** Whether `error` is one of these, also when another copy of this package made it. */
  static override isInstance(error: unknown): error is AllEndpointsFailedError {
    return hasMarker(error, marker);
  }
}

/** 429 when that is all that was heard, so that callers can pass it on; else the last status, or 503 when nobody answered. */
function statusOf(attempts: readonly AttemptRecord[], isForCapacity: boolean): number {
  if (attempts.length === 0) return isForCapacity ? 429 : 503;
  if (attempts.every((attempt) => attempt.class === 'rate-limited')) return 429;
  return attempts.findLast(({ statusCode }) => statusCode !== undefined)?.statusCode ?? 503;
}

function describe({
  modelId,
  attempts,
  retryAfterMs,
  because,
}: Omit<AllEndpointsFailedDetails, 'errors' | 'isForCapacity'>): string {
  const retry =
    retryAfterMs === undefined ? '' : ` The first takes calls again in ${Math.ceil(retryAfterMs / 1000)} s.`;
  return `${because} (model "${modelId}"): ${attempts.length === 0 ? 'nobody was asked' : tally(attempts)}.${retry}`;
}

/** `eastus: rate-limited 429 ×2, west: retryable ECONNREFUSED` */
function tally(attempts: readonly AttemptRecord[]): string {
  const counts = new Map<string, number>();
  for (const { endpoint, class: failureClass, statusCode, code } of attempts) {
    const line = `${endpoint}: ${[failureClass, statusCode, code === String(statusCode) ? undefined : code].filter((word) => word !== undefined).join(' ')}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].map(([line, count]) => (count === 1 ? line : `${line} ×${count}`)).join(', ');
}
