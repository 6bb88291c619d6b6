import type { Charge, Quota } from './quota.ts';
import { TokenBucket } from './token-bucket.ts';

export interface OpenAIQuotaSettings {
  readonly rpm: number;
  readonly tpm: number;
  /** Whether requests that are turned away use up the quota as well, as OpenAI's guide says they do. */
  readonly countsRejected: boolean;
  /** The bucket of requests holds what comes in within so long. */
  readonly bucketMs: number;
}

/**
 * Requests and tokens in two buckets that refill continuously; that of tokens holds a minute's worth. Tokens are charged in
 * advance, and what was not used is given back with the answer.
 */
export class OpenAIQuota implements Quota {
  readonly #requests: TokenBucket;
  readonly #tokens: TokenBucket;
  readonly #countsRejected: boolean;
  readonly #rpm: number;

  constructor({ rpm, tpm, countsRejected, bucketMs }: OpenAIQuotaSettings) {
    this.#rpm = rpm;
    this.#requests = new TokenBucket(rpm, (rpm * bucketMs) / 60_000);
    this.#tokens = new TokenBucket(tpm);
    this.#countsRejected = countsRejected;
  }

  availableAt(atMs: number, { tokens }: Charge): number {
    return Math.max(this.#requests.availableAt(atMs, 1), this.#tokens.availableAt(atMs, tokens));
  }

  admit(atMs: number, { tokens }: Charge): void {
    this.#requests.take(atMs, 1);
    this.#tokens.take(atMs, tokens);
  }

  reject(atMs: number): void {
    if (this.#countsRejected) this.#requests.drain(atMs, 1);
  }

  settle(atMs: number, { tokens }: Charge, usedTokens: number): void {
    if (usedTokens < tokens) this.#tokens.take(atMs, usedTokens - tokens);
  }

  headers(atMs: number): Readonly<Record<string, string>> {
    return {
      ...describe('requests', this.#rpm, this.#requests, atMs),
      ...describe('tokens', this.#tokens.capacity, this.#tokens, atMs),
    };
  }

  rejectionHeaders(atMs: number, charge: Charge): Readonly<Record<string, string>> {
    const waitMs = Math.max(1, Math.ceil(this.availableAt(atMs, charge) - atMs));
    return { 'retry-after-ms': String(waitMs), 'retry-after': String(Math.ceil(waitMs / 1_000)) };
  }

  perishesInMs(atMs: number): number {
    return this.#requests.fullAt(atMs) - atMs;
  }
}

const describe = (
  of: 'requests' | 'tokens',
  perMinute: number,
  bucket: TokenBucket,
  atMs: number,
): Readonly<Record<string, string>> => ({
  [`x-ratelimit-limit-${of}`]: String(perMinute),
  [`x-ratelimit-remaining-${of}`]: String(Math.max(0, Math.floor(bucket.levelAt(atMs)))),
  [`x-ratelimit-reset-${of}`]: formatDuration(bucket.fullAt(atMs) - atMs),
});

/** As OpenAI writes them: `119ms`, `14.981s`, `6m0s`. */
export function formatDuration(ms: number): string {
  const whole = Math.ceil(ms);
  if (whole < 1_000) return `${whole}ms`;
  if (whole < 60_000) return `${whole / 1_000}s`;
  return `${Math.floor(whole / 60_000)}m${Math.ceil((whole % 60_000) / 1_000)}s`;
}
