import type { Allowance } from './allowance.ts';
import { MINUTE_MS } from './allowance.ts';
import { SlidingWindow } from './sliding-window.ts';
import { amount, type StatedLimit, type StatedLimits } from './stated-limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** How a service measures: OpenAI refills continuously, Azure judges windows. */
export type Metering = 'continuous' | 'windows';

/** Limits as configured. */
export interface ConfiguredLimits {
  /** Requests per minute. */
  readonly rpm?: number | undefined;
  /** Tokens per minute. */
  readonly tpm?: number | undefined;
  /** Attempts under way at once. */
  readonly maxConcurrency?: number | undefined;
}

/** What one attempt has reserved. */
export interface Reservation {
  /** Whether nothing is left for anybody else now. */
  readonly isLast: boolean;
  readonly tokens: number;
  readonly ofRequests: Known;
  readonly ofTokens: Known;
}

/** What was known of one limit right after an attempt had reserved: to compare with what the service says it was. */
interface Known {
  /** `undefined` where no limit was known. */
  readonly left: number | undefined;
  /** What others had reserved and not settled by then: the service may not have seen it yet. */
  readonly unseen: number;
  /** How far it had been put right by then. */
  readonly corrected: number;
}

/** What has become of a quota: nothing, more than there was, or other limits or other deployments that are available. */
export type QuotaChange = 'none' | 'room' | 'availability';

/** While there is plenty, what answers say of it is looked at no more often: each says all of it. */
const PLENTY_MS = 50;

/** Azure's longest window for requests; a rejection shows when it is shorter. */
const LONGEST_REQUEST_WINDOW_MS = 10_000;

/** A limit, who set it, and how far our own count had to be put right so far. */
interface Meter {
  readonly configured: number | undefined;
  allowance: Allowance | undefined;
  corrected: number;
}

/** The requests and tokens that a deployment may be sent. Spent before each attempt, settled after it. */
export class Quota {
  readonly #metering: Metering;
  readonly #requests: Meter;
  readonly #tokens: Meter;
  #requestsUnsettled = 0;
  #tokensUnsettled = 0;
  /** Whether nothing was left when it was last looked at. */
  #isSpent = false;
  #plentyUntil = -Infinity;

  constructor({ rpm, tpm }: ConfiguredLimits, metering: Metering, now: number) {
    this.#metering = metering;
    this.#requests = { configured: rpm, allowance: undefined, corrected: 0 };
    this.#tokens = { configured: tpm, allowance: undefined, corrected: 0 };
    if (rpm !== undefined) this.#requests.allowance = this.#allowance('requests', rpm, now);
    if (tpm !== undefined) this.#tokens.allowance = this.#allowance('tokens', tpm, now);
  }

  /** Whether any limit is known. */
  get isLimited(): boolean {
    return this.#requests.allowance !== undefined || this.#tokens.allowance !== undefined;
  }

  /** Requests per minute, and tokens per minute, that are known. */
  get rpm(): number | undefined {
    return this.#requests.allowance?.perMinute;
  }

  get tpm(): number | undefined {
    return this.#tokens.allowance?.perMinute;
  }

  /** Milliseconds until nothing is missing of it, if nothing is spent: by the limit of which most is missing. */
  fullInMs(now: number): number {
    return Math.max(this.#requests.allowance?.fullInMs(now) ?? 0, this.#tokens.allowance?.fullInMs(now) ?? 0);
  }

  /** The part that is missing now, from 0 to 1 and, overdrawn, more: of the limit of which most is missing. */
  missingPart(now: number): number {
    const parts = [this.#requests, this.#tokens].map(({ allowance }) =>
      allowance === undefined ? 0 : 1 - allowance.level(now) / allowance.capacity,
    );
    return Math.max(...parts);
  }

  /** The first moment at which a request of so many tokens may be sent. */
  availableAt(now: number, tokens: number): number {
    const requests = this.#requests.allowance?.availableAt(now, 1) ?? -Infinity;
    const tokensAt = tokens === 0 ? -Infinity : (this.#tokens.allowance?.availableAt(now, tokens) ?? -Infinity);
    return Math.max(requests, tokensAt);
  }

  /** Takes a request and its tokens out. */
  reserve(now: number, wanted: number): Reservation | undefined {
    const requests = this.#requests.allowance;
    const tokenAllowance = this.#tokens.allowance;
    if (requests === undefined && tokenAllowance === undefined) return undefined;
    // More than it can ever hold is let through when it is full, and must not leave a debt that takes minutes to pay.
    const tokens = Math.min(wanted, tokenAllowance?.capacity ?? Infinity);
    const requestsLeft = requests?.spend(now, 1);
    const tokensLeft = tokenAllowance?.spend(now, tokens);
    this.#requestsUnsettled += 1;
    this.#tokensUnsettled += tokens;
    this.#isSpent = (requestsLeft ?? 1) < 1 || (tokensLeft ?? 1) < 1;
    return {
      isLast: this.#isSpent,
      tokens,
      ofRequests: {
        left: requestsLeft,
        unseen: this.#requestsUnsettled - 1,
        corrected: this.#requests.corrected,
      },
      ofTokens: { left: tokensLeft, unseen: this.#tokensUnsettled - tokens, corrected: this.#tokens.corrected },
    };
  }

  /**
   * The attempt is over, however it went.
   *
   * @param tokensUsed if it is known: Azure charges the estimate, so that nothing is given back there.
   */
  settle(now: number, reservation: Reservation, tokensUsed: number | undefined): QuotaChange {
    this.#requestsUnsettled -= 1;
    this.#tokensUnsettled -= reservation.tokens;
    if (tokensUsed === undefined) return 'none';
    const over = tokensUsed - reservation.tokens;
    if (over === 0 || (over < 0 && this.#metering === 'windows')) return 'none';
    this.#tokens.allowance?.spend(now, over);
    return over < 0 && !this.#isSpent ? 'room' : this.#look(now, over < 0);
  }

  /** The service has said in the answer to what was sent then when it counts requests anew. */
  learnEnd(sentAt: number, { requestsReset }: StatedLimits): void {
    const { allowance } = this.#requests;
    if (!(allowance instanceof SlidingWindow)) return;
    const seconds = amount(requestsReset);
    if (seconds !== undefined) allowance.learnEnd(sentAt, seconds);
  }

  /** Whether it matters what an answer says of its limits: not of each of many, while there is plenty. */
  wantsNews(now: number): boolean {
    return now >= this.#plentyUntil;
  }

  /** The service has stated its limits in the answer to an attempt. */
  learn(now: number, stated: StatedLimits, reservation: Reservation | undefined): QuotaChange {
    this.#plentyUntil = isPlenty(stated.requests) && isPlenty(stated.tokens) ? now + PLENTY_MS : -Infinity;
    const hasNewRequests = this.#learnLimit(this.#requests, 'requests', stated.requests, now);
    const hasNewTokens = this.#learnLimit(this.#tokens, 'tokens', stated.tokens, now);
    if (hasNewRequests || hasNewTokens) return 'availability';
    if (reservation === undefined) return 'none';
    // Azure states what is left of its minute, which says nothing about its windows for requests.
    const isMinutes = this.#metering === 'windows';
    const moreRequests = isMinutes ? 0 : correct(this.#requests, stated.requests, now, reservation.ofRequests);
    const moreTokens = correct(this.#tokens, stated.tokens, now, reservation.ofTokens);
    return moreRequests === 0 && moreTokens === 0 ? 'none' : this.#look(now, moreRequests > 0 || moreTokens > 0);
  }

  /** Whether there is more than before, or whether something is left when there was nothing, or the other way round. */
  #look(now: number, hasMore: boolean): QuotaChange {
    const wasSpent = this.#isSpent;
    this.#isSpent = this.availableAt(now, 1) > now;
    if (wasSpent !== this.#isSpent) return 'availability';
    return hasMore ? 'room' : 'none';
  }

  /**
   * A request was rejected. Where the service named the time for the next, that counts and not what we make of its limits.
   *
   * @param sentAt when the request was sent.
   */
  wasRejected(now: number, sentAt: number, retryAfterMs: number | undefined): void {
    const requests = this.#requests.allowance;
    if (requests instanceof SlidingWindow) requests.narrow(sentAt, retryAfterMs ?? 0);
    if (retryAfterMs === undefined || this.#metering === 'windows') return;
    for (const { allowance } of [this.#requests, this.#tokens]) {
      if (allowance !== undefined) allowBy(allowance, now, now + retryAfterMs);
    }
  }

  #learnLimit(meter: Meter, unit: 'requests' | 'tokens', { perMinute, remaining }: StatedLimit, now: number): boolean {
    if (perMinute === undefined) return false;
    const lower = Math.min(perMinute, meter.configured ?? Infinity);
    if (meter.allowance === undefined) {
      meter.allowance = this.#allowance(unit, lower, now);
      if (remaining !== undefined && (unit === 'tokens' || this.#metering === 'continuous')) {
        meter.allowance.spend(now, Math.max(0, lower - remaining));
      }
      return true;
    }
    if (meter.allowance.perMinute === lower) return false;
    meter.allowance.setPerMinute(now, lower);
    return true;
  }

  #allowance(unit: 'requests' | 'tokens', perMinute: number, now: number): Allowance {
    if (this.#metering === 'continuous') return new TokenBucket(perMinute, now);
    return new SlidingWindow(perMinute, unit === 'requests' ? LONGEST_REQUEST_WINDOW_MS : MINUTE_MS);
  }
}

/** Whether so much is left that nobody could spend it within a moment. */
const isPlenty = ({ perMinute = 0, remaining = Infinity }: StatedLimit): boolean => remaining > perMinute / 2;

/** Gives back as much as lets one be spent at a certain moment. */
function allowBy(allowance: Allowance, now: number, at: number): void {
  const lateMs = allowance.availableAt(now, 1) - at;
  if (lateMs > 0) allowance.spend(now, (-lateMs * allowance.perMinute) / MINUTE_MS);
}

/**
 * Puts our count right where the service's differs: others spend from the same quota, or it counts otherwise.
 *
 * Its figure is from when the attempt arrived, so it is compared with ours from then, less what has been corrected since;
 * answers under way together would otherwise all correct the same. What it had not seen yet explains a surplus.
 *
 * @returns how much more there is than was thought; negative when there is less.
 */
function correct(meter: Meter, { remaining }: StatedLimit, now: number, { left, unseen, corrected }: Known): number {
  if (meter.allowance === undefined || remaining === undefined || left === undefined) return 0;
  const expected = Math.max(0, left) - (meter.corrected - corrected);
  const missing = expected - remaining;
  const surplus = remaining - (expected + unseen);
  const difference = missing > 0 ? missing : surplus > 0 ? -surplus : 0;
  if (difference === 0) return 0;
  meter.allowance.spend(now, difference);
  meter.corrected += difference;
  return -difference;
}
