import { APICallError } from '@ai-sdk/provider';

import type { AttemptRecord, UnavailableRecord } from '../failure/failure.ts';
import { failureInWords, seconds, unavailableInWords } from '../failure/in-words.ts';
import { recognisable } from './recognisable.ts';

const FailedCallError = recognisable<AllEndpointsFailedError, typeof APICallError>(
  'AI_AllEndpointsFailedError',
  APICallError,
);

/** By which AI SDK 5 to 7 know their own `NoOutputGeneratedError`. */
const NO_OUTPUT = Symbol.for('vercel.ai.error.AI_NoOutputGeneratedError');

/** What {@link AllEndpointsFailedError} is made of. */
export interface AllEndpointsFailedDetails {
  readonly modelId: string;
  readonly attempts: readonly AttemptRecord[];
  readonly retryAfterMs: number | undefined;
  readonly errors: readonly unknown[];
  readonly unavailable?: readonly UnavailableRecord[];
  readonly reason: string;
  /** Whether a want of capacity is the reason that no endpoint was asked. */
  readonly isForCapacity?: boolean;
  readonly tooLarge?: AllEndpointsFailedError['tooLarge'];
}

/**
 * Every endpoint that could be asked has failed, or none could be asked. To the AI SDK it is an `APICallError` that is not
 * retryable, so that its own `maxRetries` does not start the ring again. To AI SDK 6 and 7 it is a `NoOutputGeneratedError` too, so that
 * `await result.text` rejects when all fail after `doStream` has resolved, and not only when they fail before.
 *
 * It holds no key, header, prompt or answer, and may be logged. The errors of the attempts may hold all of these; they
 * are reached with {@link rawErrors} alone. A property would not do: loggers read `errors` by that name, own or inherited.
 */
export class AllEndpointsFailedError extends FailedCallError {
  /** The model id that the caller asked for. */
  readonly modelId: string;
  /** Every attempt of the call, in order. */
  readonly attempts: readonly AttemptRecord[];
  /** Endpoints that could not be asked, and why. */
  readonly unavailable: readonly UnavailableRecord[];
  /**
   * Whole milliseconds until the first endpoint takes calls again, be it for a probe ahead of its time; `undefined` when one may at
   * any time.
   */
  readonly retryAfterMs: number | undefined;

  /**
   * Tokens that the call is estimated at, and the largest of the limits that endpoints stated when they rejected it, when it is
   * larger than every one of them: waiting does not help. `undefined` when it failed for another reason.
   */
  readonly tooLarge: { readonly estimatedTokens: number; readonly tokensPerMinute: number } | undefined;

  readonly #errors: readonly unknown[];

  /** Inherited, where no logger shows it. */
  get [NO_OUTPUT](): true {
    return true;
  }

  constructor(details: AllEndpointsFailedDetails) {
    const { modelId, attempts, unavailable = [], retryAfterMs, errors, isForCapacity, tooLarge } = details;
    super({
      message: describe(details),
      url: '',
      requestBodyValues: {},
      statusCode: tooLarge ? 413 : statusOf(attempts, isForCapacity === true),
      isRetryable: false,
    });
    this.modelId = modelId;
    this.attempts = attempts;
    this.unavailable = unavailable;
    this.retryAfterMs = retryAfterMs;
    this.tooLarge = tooLarge;
    this.#errors = errors;
  }

  /** What each attempt ended with, in the order of {@link attempts}. They may hold prompts and headers: do not log them as they are. */
  rawErrors(): readonly unknown[] {
    return this.#errors;
  }
}

/**
 * 429 when every answer was one, so that callers can pass it on; else the last status, or 503 without an answer. An answer that was
 * none, such as a broken one with status 200 or a redirect that was not followed, is that of a bad gateway.
 */
function statusOf(attempts: readonly AttemptRecord[], isForCapacity: boolean): number {
  if (attempts.length === 0) return isForCapacity ? 429 : 503;
  if (attempts.every((attempt) => attempt.class === 'rate-limited')) return 429;
  const last = attempts.findLast(({ statusCode }) => statusCode !== undefined)?.statusCode ?? 503;
  return last < 400 ? 502 : last;
}

/** In a ring of hundreds a line that names all endpoints cannot be read. */
const MOST_NAMED = 10;

function describe(details: AllEndpointsFailedDetails): string {
  const { modelId, attempts, unavailable = [], retryAfterMs, tooLarge } = details;
  const reason = tooLarge ? sizeInWords(tooLarge) : details.reason;
  const asked = attempts.length === 0 ? 'no endpoint was asked' : tally(attempts, modelId);
  const out = unavailable.slice(0, MOST_NAMED).map((each) => {
    const name = each.deployment === modelId ? '' : `${each.deployment}: `;
    return `${each.endpoint} (${name}${unavailableInWords(each)})`;
  });
  if (unavailable.length > out.length) out.push(`${unavailable.length - out.length} more`);
  const others = out.length === 0 ? '' : ` Not asked: ${out.join(', ')}.`;
  const retry = retryAfterMs === undefined ? '' : ` The first takes calls again in ${seconds(retryAfterMs)}.`;
  return `${reason} (model "${modelId}"): ${asked}.${others}${retry}`;
}

const sizeInWords = ({
  estimatedTokens,
  tokensPerMinute,
}: NonNullable<AllEndpointsFailedDetails['tooLarge']>): string =>
  `The call is too large for every endpoint: it is estimated at ${estimatedTokens} tokens, and the largest limit is ${tokensPerMinute} tokens a minute`;

/** The model that was asked instead of the one wanted, and the deployment's name where that is another. */
function named({ modelId, deployment }: AttemptRecord, wanted: string): string {
  const names = [modelId, deployment].filter((name, index, all) => name !== wanted && all.indexOf(name) === index);
  return names.length === 0 ? '' : ` (${names.join(' ')})`;
}

/** `eastus: rate-limited 429 ×2, west: retryable ECONNREFUSED` */
function tally(attempts: readonly AttemptRecord[], modelId: string): string {
  const counts = new Map<string, number>();
  for (const attempt of attempts) {
    const path = attempt.path === undefined ? '' : ` at ${attempt.path} (is baseURL right?)`;
    const line = `${attempt.endpoint}${named(attempt, modelId)}: ${failureInWords(attempt)}${path}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].map(([line, count]) => (count === 1 ? line : `${line} ×${count}`)).join(', ');
}
