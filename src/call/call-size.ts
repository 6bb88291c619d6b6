import { failureHeaders } from '../failure/failure-facts.ts';
import { statedLimits } from '../limits/stated-limits.ts';
import type { Call } from './call.ts';

/** While so much of a limit is left, smaller calls than the one rejected may well fit. */
const PLENTY = 1 / 10;
/** Of what is rejected while so much of a limit is left, there is no moment at which it fits. An estimate may be half of the truth. */
const NEARLY_ALL = 9 / 10;
const LEAST_ESTIMATE = 1 / 2;

/** A call that was rejected because of its own size, and nothing else. */
export interface CallSize {
  readonly tokens: number;
  /** The limit that it met. */
  readonly tokensPerMinute: number;
  /** Whether it is larger than the limit itself, and not only than what is left of it. */
  readonly exceedsLimit: boolean;
  /** Whether so much is left that the rejection says nothing of smaller calls. */
  readonly leavesPlenty: boolean;
}

/** Reads a rejection for its rate. `undefined` when it was not, or not certainly, for the size of the call. */
export function rejectedSize({ ring, options }: Call, error: unknown): CallSize | undefined {
  const stated = statedLimits(failureHeaders(error), Date.now());
  const { perMinute, remaining = 0 } = stated?.tokens ?? {};
  if (perMinute === undefined || stated?.requests.remaining === 0) return undefined;
  const tokens = ring.tokens.estimate(options);
  const isRefusedWhenFull = remaining >= NEARLY_ALL * perMinute && tokens >= LEAST_ESTIMATE * perMinute;
  const exceedsLimit = tokens > perMinute || isRefusedWhenFull;
  if (!exceedsLimit && tokens <= remaining) return undefined;
  return { tokens, tokensPerMinute: perMinute, exceedsLimit, leavesPlenty: remaining >= PLENTY * perMinute };
}
