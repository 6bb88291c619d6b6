import type { Charge, Quota } from './quota.ts';
import { WindowCounter } from './window-counter.ts';

export interface AzureQuotaSettings {
  readonly rpm: number;
  readonly tpm: number;
  /** Length of the windows over which requests are judged: 1 or 10 seconds. */
  readonly windowMs: number;
  /** Where in its windows the deployment is at the start. */
  readonly phaseMs: number;
}

const MINUTE_MS = 60_000;

/**
 * Requests are judged over short windows, each of which allows its share of the minute's quota; tokens are counted by the
 * minute, charged in advance, and not given back. Times are named in whole seconds.
 */
export class AzureQuota implements Quota {
  readonly #rpm: number;
  readonly #requests: WindowCounter;
  readonly #tokens: WindowCounter;

  constructor({ rpm, tpm, windowMs, phaseMs }: AzureQuotaSettings) {
    const allowance = (rpm * windowMs) / MINUTE_MS;
    if (!Number.isInteger(allowance))
      throw new Error(`${rpm} requests a minute do not fill windows of ${windowMs} ms.`);
    this.#rpm = rpm;
    this.#requests = new WindowCounter(allowance, windowMs, phaseMs);
    this.#tokens = new WindowCounter(tpm, MINUTE_MS, phaseMs * 7);
  }

  availableAt(atMs: number, { tokens }: Charge): number {
    // Whichever is waited for, the other's window has at least as much left by then.
    return Math.max(this.#requests.availableAt(atMs, 1), this.#tokens.availableAt(atMs, tokens));
  }

  admit(atMs: number, { tokens }: Charge): void {
    this.#requests.take(atMs, 1);
    this.#tokens.take(atMs, tokens);
  }

  reject(): void {
    // What is turned away is not counted.
  }

  settle(): void {
    // What was charged in advance stays charged until the minute is over.
  }

  headers(atMs: number): Readonly<Record<string, string>> {
    return {
      'x-ratelimit-limit-requests': String(this.#rpm),
      ...describe('requests', this.#requests, atMs),
      'x-ratelimit-limit-tokens': String(this.#tokens.allowance),
      ...describe('tokens', this.#tokens, atMs),
    };
  }

  rejectionHeaders(atMs: number, charge: Charge): Readonly<Record<string, string>> {
    return { 'retry-after': String(wholeSeconds(this.availableAt(atMs, charge) - atMs)) };
  }

  perishesInMs(atMs: number): number {
    return this.#requests.endsAt(atMs) - atMs;
  }
}

const describe = (
  of: 'requests' | 'tokens',
  window: WindowCounter,
  atMs: number,
): Readonly<Record<string, string>> => ({
  [`x-ratelimit-remaining-${of}`]: String(Math.max(0, window.leftAt(atMs))),
  [`x-ratelimit-reset-${of}`]: String(wholeSeconds(window.endsAt(atMs) - atMs)),
});

const wholeSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1_000));
