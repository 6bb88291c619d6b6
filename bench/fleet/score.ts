import type { Percentiles } from './percentiles.ts';

/** What a run comes to. Shares are between 0 and 1; times are from the scheduled arrival of each call. */
export interface Score {
  /** Calls that count. */
  readonly calls: number;
  /** Share of the good calls that were answered, whole. */
  readonly success: number;
  /** Answers, as a share of the oracle's. */
  readonly goodput: number;
  /** Share of the attempts whose callers left before their end. */
  readonly cutOff: number;
  /** Of answered calls. */
  readonly latency: Percentiles;
  readonly firstContent: Percentiles;
  readonly oracleLatency: Percentiles;
  /** Of all good calls, were each alone in the fleet. */
  readonly idleLatency: Percentiles;
  readonly oracleFirstContent: Percentiles;
  readonly attemptsPerSuccess: number;
  readonly rateLimitedPerSuccess: number;
  /** Attempts beyond one a call, as a share of calls: all of them, since budgets for these begin with the first. */
  readonly extraAttempts: number;
  /** Attempts at deployments that were dead or silent then. */
  readonly attemptsOnDead: number;
  /** The longest that a deployment waited for its full share after it had healed. */
  readonly recoveryMs: number | undefined;
  readonly whileAllDead: WhileAllDead | undefined;
  readonly integrity: Integrity;
  /** Of each deployment among the answers. */
  readonly shares: readonly number[];
  /** Where the fleet has a fallback model. */
  readonly fallback: FallbackScore | undefined;
  /** Where calls say how urgent they are. */
  readonly urgency: UrgencyScore | undefined;
  /** Share of calls with a cache key that met a deployment which remembered it. */
  readonly cacheHits: number;
  /** The same, had every conversation stayed where it began. */
  readonly oracleCacheHits: number;
}

/** Calls that arrived while no deployment worked. */
export interface WhileAllDead {
  readonly calls: number;
  readonly carried: number;
  /** Attempts in that time, for each call that arrived in it. */
  readonly attemptsPerCall: number;
}

/** Counts of calls. */
export interface Integrity {
  /** Good calls that had only failures before content, and failed all the same. */
  readonly visibleFailures: number;
  /** Calls with text in them that is not a beginning of the answer. */
  readonly doubled: number;
  /** Calls that ended as if whole, and were not. */
  readonly cutAsWhole: number;
  readonly badCalls: number;
  /** Bad calls that were asked more than once, or not at all, or did not fail. */
  readonly badNotAskedOnce: number;
  readonly stillOpen: number;
}

export interface FallbackScore {
  /** Share of the answers that the fallback model gave, and that it would have given by the oracle. */
  readonly share: number;
  readonly oracleShare: number;
  /** What the model that calls ask for has answered, as a share of its quotas. */
  readonly ownQuotaUsed: number;
}

export interface UrgencyScore {
  /** Share of the interactive calls that were answered. */
  readonly interactiveSuccess: number;
  /** How long answered calls took beyond what they take in an idle fleet. */
  readonly interactiveWait: Percentiles;
  /** Share of the answers that went to background calls. */
  readonly backgroundShare: number;
}
