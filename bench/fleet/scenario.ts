import type { PlannedCall } from './call-plan.ts';
import { AzureQuota } from './limits/azure-quota.ts';
import { OpenAIQuota } from './limits/openai-quota.ts';
import type { Quota } from './limits/quota.ts';
import type { Random } from './random.ts';
import type { Score } from './score.ts';

/** One deployment of the fleet. */
export interface ServerPlan {
  readonly name: string;
  readonly kind: 'openai' | 'azure';
  readonly rpm: number;
  readonly tpm: number;
  /** Azure only: the windows over which requests are judged. @default 10_000 */
  readonly windowMs?: number;
  /** OpenAI only. @default false */
  readonly countsRejected?: boolean;
  /** OpenAI only: the bucket of requests holds what comes in within so long. @default 60_000 */
  readonly bucketMs?: number;
  /** Its answers say nothing of its quota; a rejection still says when to come again. @default false */
  readonly isSilentOnQuota?: boolean;
  /** Servers of one group share one quota, which is that of the first. */
  readonly quotaGroup?: string;
  /** Whether it serves the model that stands in for the one that calls ask for. @default false */
  readonly isFallback?: boolean;
  readonly faults?: readonly Fault[];
}

/** Something that is wrong with a deployment for a while. It concerns requests that arrive in that time. */
export type Fault =
  | {
      readonly kind: 'dead';
      /** Answers 503, or resets the connection. */
      readonly how: 'status' | 'reset';
      readonly fromMs: number;
      readonly untilMs: number;
    }
  | { readonly kind: 'silent'; readonly fromMs: number; readonly untilMs: number }
  | { readonly kind: 'slow'; readonly factor: number; readonly fromMs: number; readonly untilMs: number }
  | { readonly kind: 'flaky'; readonly shares: Readonly<Record<Misbehaviour, number>> };

/** How single requests go wrong. */
export type Misbehaviour = 'status-500' | 'reset' | 'malformed' | 'cut-before-content' | 'cut-after-content';

/** What contestants are told, and what they are asked for. Each uses what it has. */
export interface Wishes {
  /** Whether quotas are told in advance. Otherwise they can be learned from headers. */
  readonly knowsLimits: boolean;
  readonly prefersFast?: boolean;
  readonly hedges?: boolean;
  /** Longest that calls may wait for capacity. @default 60_000 */
  readonly maxWaitMs?: number;
  /** Whether it is told which servers share a quota. @default true */
  readonly knowsGroups?: boolean;
  /** Longest that calls may wait for their own model. @default 0 */
  readonly fallbackAfterMs?: number;
}

export interface Scenario {
  readonly name: string;
  /** Scenario whose arrivals and service times it shares. @default its own name */
  readonly drawnAs?: string;
  readonly title: string;
  /** So many times as fast as real time. */
  readonly timeFactor: number;
  /** Calls that arrive before this load the fleet, but do not count. */
  readonly warmUpMs: number;
  /** No call arrives after this. */
  readonly untilMs: number;
  /** After this the caller of each call gives up. */
  readonly deadlineMs: number;
  readonly isStream: boolean;
  /** Whether its table has the deployments' shares of the answers. @default false */
  readonly showsShares?: boolean;
  readonly servers: readonly ServerPlan[];
  readonly wishes: Wishes;
  readonly calls: (random: Random) => readonly PlannedCall[];
  /** Contestants that it says anything about. @default all */
  readonly contestants?: readonly string[];
  readonly targets: readonly Target[];
}

/** A figure to reach. */
export interface Target {
  readonly text: string;
  readonly figure: (score: Score) => number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export function createQuota(plan: ServerPlan, index: number): Quota {
  const { kind, rpm, tpm, windowMs = 10_000, countsRejected = false, bucketMs = 60_000 } = plan;
  return kind === 'azure'
    ? new AzureQuota({ rpm, tpm, windowMs, phaseMs: 3_700 * (index + 1) })
    : new OpenAIQuota({ rpm, tpm, countsRejected, bucketMs });
}

/** The quota of each server. */
export function createQuotas(servers: readonly ServerPlan[]): readonly Quota[] {
  const groups = new Map<string, Quota>();
  return servers.map((plan, index) => {
    const quota = groups.get(plan.quotaGroup ?? '') ?? createQuota(plan, index);
    if (plan.quotaGroup !== undefined) groups.set(plan.quotaGroup, quota);
    return quota;
  });
}

type TimedFault = Exclude<Fault, { readonly kind: 'flaky' }>;

/** The fault of a kind that a request meets which arrives at a time. */
export function faultAt<Kind extends TimedFault['kind']>(
  { faults = [] }: ServerPlan,
  kind: Kind,
  atMs: number,
): Extract<TimedFault, { readonly kind: Kind }> | undefined {
  const fault = faults.find((candidate) => {
    return (
      candidate.kind !== 'flaky' && candidate.kind === kind && atMs >= candidate.fromMs && atMs < candidate.untilMs
    );
  });
  // `find` cannot tell the compiler what `kind` it compared.
  return fault as Extract<TimedFault, { readonly kind: Kind }> | undefined;
}

/** When the first token of a call comes from a deployment, counted from the request's arrival. */
export const firstTokenMsAt = (plan: ServerPlan, call: PlannedCall, atMs: number): number =>
  call.firstTokenMs * (faultAt(plan, 'slow', atMs)?.factor ?? 1);
