import type { Allowance } from './allowance.ts';
import { MINUTE_MS } from './allowance.ts';
import { type Known, Meter } from './meter.ts';
import { SlidingWindow } from './sliding-window.ts';
import { amount, type StatedLimits } from './stated-limits.ts';
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
  /** Whether it matters what its answer says of limits: not of each of many, while there is plenty. */
  readonly wantsNews: boolean;
  /** `undefined` where there was so much that nobody looked. */
  readonly known: { readonly requests: Known; readonly tokens: Known } | undefined;
}

/** What has become of a quota: nothing, more than there was, or other limits or other deployments that are available. */
export type QuotaChange = 'none' | 'room' | 'availability';

/** The part of a limit that is left alone while the rest of it is handed out without looking. */
const RESERVE = 0.5;
/** Milliseconds after which it is looked at all the same: at half of a limit, a sixtieth of it comes in meanwhile. */
const LOOK_MS = 1_000;

/** The same for what answers say of windows, whose ends are learned from that. */
const WINDOW_LOOK_MS = 50;

/** Azure's longest window for requests; a rejection shows when it is shorter. */
const LONGEST_REQUEST_WINDOW_MS = 10_000;

/**
 * The requests and tokens that a deployment may be sent. Spent before each attempt, settled after it.
 *
 * While more than half of each limit is left, what is spent is written down and taken off later, as of when the last of it was
 * spent: it never counts for less than it is, and a look at each limit and at what each answer says of it would be a third of what
 * a call costs.
 */
export class Quota {
  readonly #metering: Metering;
  readonly #requests: Meter;
  readonly #tokens: Meter;
  #requestsUnsettled = 0;
  #tokensUnsettled = 0;
  /** Whether nothing was left when it was last looked at. */
  #isSpent = false;
  /** What may be handed out without looking, and until when. */
  #freeRequests = 0;
  #freeTokens = 0;
  #freeUntil = -Infinity;
  /** When it matters again what answers say, where time is judged in windows. */
  #newsAt = -Infinity;
  /** What has been, and is not yet taken off. */
  #owedRequests = 0;
  #owedTokens = 0;
  #owedAt = 0;

  constructor({ rpm, tpm }: ConfiguredLimits, metering: Metering, now: number) {
    this.#metering = metering;
    this.#requests = new Meter(rpm, now, allowanceFor(metering, LONGEST_REQUEST_WINDOW_MS));
    this.#tokens = new Meter(tpm, now, allowanceFor(metering, MINUTE_MS));
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

  /** How much of a limit can be had at once, and how much comes in per minute; `undefined` while it is not known. */
  pace(now: number, unit: 'requests' | 'tokens'): { readonly atOnce: number; readonly perMinute: number } | undefined {
    const { allowance } = unit === 'requests' ? this.#requests : this.#tokens;
    if (allowance === undefined) return undefined;
    this.#takeOff();
    return { atOnce: allowance.atOnce(now), perMinute: allowance.perMinute };
  }

  /** Milliseconds until nothing is missing of it, if nothing is spent: by the limit of which most is missing. */
  msUntilFull(now: number): number {
    this.#takeOff();
    return Math.max(this.#requests.allowance?.msUntilFull(now) ?? 0, this.#tokens.allowance?.msUntilFull(now) ?? 0);
  }

  /** The part that is missing now, from 0 to 1 and, overdrawn, more: of the limit of which most is missing. */
  missingPart(now: number): number {
    this.#takeOff();
    const parts = [this.#requests, this.#tokens].map(({ allowance }) =>
      allowance === undefined ? 0 : 1 - allowance.level(now) / allowance.capacity,
    );
    return Math.max(...parts);
  }

  /** The first moment at which a request of so many tokens may be sent. */
  availableAt(now: number, tokens: number): number {
    if (this.#hasPlenty(now, tokens)) return -Infinity;
    this.#takeOff();
    const requests = this.#requests.allowance?.availableAt(now, 1) ?? -Infinity;
    const tokensAt = tokens === 0 ? -Infinity : (this.#tokens.allowance?.availableAt(now, tokens) ?? -Infinity);
    return Math.max(requests, tokensAt);
  }

  /** Takes a request and its tokens out. */
  reserve(now: number, wanted: number): Reservation | undefined {
    if (this.#hasPlenty(now, wanted)) return this.#handOut(now, wanted);
    const requests = this.#requests.allowance;
    const tokenAllowance = this.#tokens.allowance;
    if (requests === undefined && tokenAllowance === undefined) return undefined;
    this.#takeOff();
    // More than it can ever hold is let through when it is full, and must not leave a debt that takes minutes to pay.
    const tokens = Math.min(wanted, tokenAllowance?.capacity ?? Infinity);
    const requestsLeft = requests?.spend(now, 1);
    const tokensLeft = tokenAllowance?.spend(now, tokens);
    const known = {
      requests: this.#requests.known(requestsLeft, this.#requestsUnsettled),
      tokens: this.#tokens.known(tokensLeft, this.#tokensUnsettled),
    };
    this.#requestsUnsettled += 1;
    this.#tokensUnsettled += tokens;
    this.#isSpent = (requestsLeft ?? 1) < 1 || (tokensLeft ?? 1) < 1;
    this.#setFree(now);
    return { isLast: this.#isSpent, tokens, wantsNews: now >= this.#newsAt, known };
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
    if (over < 0) {
      // At once, since a bucket that is full again takes nothing back.
      this.#takeOff();
      this.#tokens.allowance?.spend(now, over);
    } else {
      this.#owedTokens += over;
      this.#freeTokens -= over;
      this.#owedAt = now;
      if (now >= this.#freeUntil) this.#takeOff();
    }
    return over < 0 && !this.#isSpent ? 'room' : this.#look(now, over < 0);
  }

  /** The service has said in the answer to what was sent then when it counts requests anew. */
  learnEnd(sentAt: number, { requestsReset }: StatedLimits): void {
    const { allowance } = this.#requests;
    if (!(allowance instanceof SlidingWindow)) return;
    const seconds = amount(requestsReset);
    if (seconds !== undefined) allowance.learnEnd(sentAt, seconds);
  }

  /** The service has stated its limits in the answer to an attempt that was sent then. */
  learn(now: number, stated: StatedLimits, reservation: Reservation | undefined, sentAt: number): QuotaChange {
    this.#takeOff();
    // What it says may be that there is no plenty any more.
    this.#freeUntil = -Infinity;
    const change = this.#learn(now, stated, reservation, sentAt);
    if (this.#metering === 'windows') this.#newsAt = isPlenty(stated) ? now + WINDOW_LOOK_MS : -Infinity;
    this.#setFree(now);
    return change;
  }

  #learn(now: number, stated: StatedLimits, reservation: Reservation | undefined, sentAt: number): QuotaChange {
    // Azure states what is left of its minute, which says nothing about its windows for requests.
    const isMinutes = this.#metering === 'windows';
    const hasNewRequests = this.#requests.learn(stated.requests, now, !isMinutes);
    const hasNewTokens = this.#tokens.learn(stated.tokens, now, true);
    if (hasNewRequests || hasNewTokens) return 'availability';
    if (reservation === undefined) return 'none';
    const more = (meter: Meter, unit: 'requests' | 'tokens'): number =>
      reservation.known === undefined
        ? meter.cap(stated[unit], now, sentAt)
        : meter.correct(stated[unit], now, reservation.known[unit]);
    const moreRequests = isMinutes ? 0 : more(this.#requests, 'requests');
    const moreTokens = more(this.#tokens, 'tokens');
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
    // Whoever is rejected has not plenty.
    this.#freeUntil = -Infinity;
    this.#takeOff();
    const requests = this.#requests.allowance;
    if (requests instanceof SlidingWindow) requests.narrow(sentAt, retryAfterMs ?? 0);
    if (retryAfterMs === undefined || this.#metering === 'windows') return;
    for (const { allowance } of [this.#requests, this.#tokens]) {
      if (allowance !== undefined) allowBy(allowance, now, now + retryAfterMs);
    }
  }

  #hasPlenty(now: number, tokens: number): boolean {
    return now < this.#freeUntil && this.#freeRequests >= 1 && this.#freeTokens >= tokens;
  }

  #handOut(now: number, tokens: number): Reservation {
    this.#freeRequests -= 1;
    this.#freeTokens -= tokens;
    this.#owedAt = now;
    this.#owedRequests += 1;
    this.#owedTokens += tokens;
    this.#requestsUnsettled += 1;
    this.#tokensUnsettled += tokens;
    return { isLast: false, tokens, wantsNews: false, known: undefined };
  }

  /** Not where time is judged in windows: what is sent within one has to be counted in it. */
  #setFree(now: number): void {
    if (this.#metering === 'windows') return;
    this.#freeRequests = free(this.#requests.allowance, now);
    this.#freeTokens = free(this.#tokens.allowance, now);
    this.#freeUntil = this.#freeRequests > 0 && this.#freeTokens > 0 ? now + LOOK_MS : -Infinity;
  }

  /** As of when the last of it was spent: what came in after that is not lost. */
  #takeOff(): void {
    if (this.#owedRequests > 0) this.#requests.allowance?.spend(this.#owedAt, this.#owedRequests);
    if (this.#owedTokens > 0) this.#tokens.allowance?.spend(this.#owedAt, this.#owedTokens);
    this.#owedRequests = 0;
    this.#owedTokens = 0;
  }
}

const allowanceFor =
  (metering: Metering, windowMs: number) =>
  (perMinute: number, now: number): Allowance =>
    metering === 'continuous' ? new TokenBucket(perMinute, now) : new SlidingWindow(perMinute, windowMs);

/** Whether more than half is left, by what a service says. */
const isPlenty = ({ requests, tokens }: StatedLimits): boolean =>
  [requests, tokens].every(({ perMinute = 0, remaining = Infinity }) => remaining > RESERVE * perMinute);

/** What lies above the part that is left alone. */
const free = (allowance: Allowance | undefined, now: number): number =>
  allowance === undefined ? Infinity : allowance.level(now) - RESERVE * allowance.capacity;

/** Gives back as much as lets one be spent at a certain moment. */
function allowBy(allowance: Allowance, now: number, at: number): void {
  const lateMs = allowance.availableAt(now, 1) - at;
  if (lateMs > 0) allowance.spend(now, (-lateMs * allowance.perMinute) / MINUTE_MS);
}
