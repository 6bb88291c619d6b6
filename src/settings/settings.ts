import type { ClassifyFailure, RejectionReason } from '../failure/failure.ts';
import type { SharedState } from '../shared-state.ts';
import type { TimeoutSettings } from './call-defaults.ts';
import type { EndpointSettings } from './endpoint-settings.ts';
import type { PickerSetting } from './picker-setting.ts';

/** A cooldown that grows each time that a probe fails. */
export interface CooldownSettings {
  /** Milliseconds of the first cooldown. Up to 5 % is taken off each at random, so that processes do not probe at once. @default 5_000 */
  readonly initialMs?: number | undefined;
  /** Each further cooldown in a row is this many times as long. At least 1. @default 2.4 */
  readonly factor?: number | undefined;
  /** Milliseconds that no cooldown exceeds. @default 12_000 */
  readonly maxMs?: number | undefined;
}

/** How often a call goes round the ring, and how long it waits in between. */
export interface RetrySettings {
  /** Rounds of the ring, the first included; in a round each available deployment is asked at most once. @default 3 */
  readonly rounds?: number | undefined;
  /** Milliseconds before the second round. @default 1_000 (as the Python library waits) */
  readonly minDelayMs?: number | undefined;
  /** Milliseconds that no wait exceeds. @default 60_000 (as the Python library waits) */
  readonly maxDelayMs?: number | undefined;
  /** Each further wait is this many times as long. @default 2 */
  readonly factor?: number | undefined;
  /** Multiplies each wait by a random number between 1 and 2. @default true */
  readonly jitter?: boolean | undefined;
}

/** When a second deployment is asked beside one that is silent. */
export interface HedgeSettings {
  /** Milliseconds of silence. @default the time within which 95 of 100 answers of that ring came, at least 1_000 */
  readonly afterMs?: number | undefined;
  /**
   * Extra attempts as a share of all calls, over the last thousand. Half of it is kept for calls that are silent for half as long
   * again as `afterMs`. More than 0, at most 1. @default 0.05
   */
  readonly maxExtra?: number | undefined;
}

/** How long calls wait for capacity, by their urgency. */
export interface MaxWaitSettings {
  /** Milliseconds. @default 60_000 */
  readonly interactive?: number | undefined;
  /** Milliseconds. @default 60_000 */
  readonly background?: number | undefined;
}

/** Settings of `createBalancedProvider()`. */
export interface BalancedProviderSettings {
  /** The endpoints, in the order in which they are preferred when all else is equal. At least one. */
  readonly endpoints: readonly EndpointSettings[];
  /**
   * Model id → Azure deployment name, for every Azure endpoint. What is not named here is passed as it is. A call by a
   * deployment name is mapped back for the other endpoints where the name is unique.
   *
   * @example { 'gpt-4': 'gpt4', 'gpt-3.5-turbo': 'gpt-35-turbo' }
   */
  readonly modelMapping?: Readonly<Record<string, string>> | undefined;
  /**
   * Model id → the ids of the models that stand in for it, in order. A call goes on to the next when each deployment of one has
   * failed it once, or none can be asked within `fallbackAfterMs`; each further round begins with its own model. The list is complete:
   * fallbacks of a fallback are not followed. Not for embedding models, whose vectors do not mix, without `allowMixedEmbeddings`.
   *
   * @example { 'gpt-5': ['gpt-4.1', 'claude-sonnet-4-5'] }
   */
  readonly fallbacks?: Readonly<Record<string, readonly string[]>> | undefined;
  /**
   * Milliseconds that a call waits for its own model, and for those that stand in for it before the last, all together; part of
   * `maxWaitMs`. Background calls wait for all of that. It goes on at once where it is clear that nothing will be free in time.
   *
   * @default 0
   */
  readonly fallbackAfterMs?: number | undefined;
  /** Failures in a row that take a deployment out for a cooldown. @default 5 (as in the Python library) */
  readonly failureThreshold?: number | undefined;
  /**
   * Takes a deployment out that is silent, or far slower than the others, for `failureThreshold` attempts in a row, but at least
   * three, while the others answer in time. Attempts under way are left alone.
   *
   * @default true
   */
  readonly detectHangs?: boolean | undefined;
  /**
   * How long a failing deployment gets no ordinary traffic; then one probe decides. A number of milliseconds is a fixed
   * period (the Python library's is 600_000).
   *
   * With the default an endpoint that healed serves again within 15 s.
   *
   * @default { initialMs: 5_000, factor: 2.4, maxMs: 12_000 }
   */
  readonly cooldownMs?: number | CooldownSettings | undefined;
  /**
   * Milliseconds for which a deployment is left alone after a permanent failure: wrong credentials, a missing deployment, an
   * account without money.
   *
   * @default 600_000 (the Python library's ten minutes)
   */
  readonly misconfiguredCooldownMs?: number | undefined;
  /** `false` sends every call to the first endpoint that is available, as with `picker: 'in-order'`. @default true */
  readonly loadBalancing?: boolean | undefined;
  /**
   * How the next deployment is chosen among those available, of one priority.
   *
   * @default 'round-robin'; 'in-order' with `loadBalancing: false`
   */
  readonly picker?: PickerSetting | undefined;
  /**
   * Numbers from 0 up to 1, for all that is left to chance: which deployment has the first turn, jitter, the picker `fastest`. With
   * `() => 0` a new provider begins with the first endpoint, which is what a test may want.
   *
   * @default Math.random
   */
  readonly random?: (() => number) | undefined;
  /**
   * Milliseconds that a call waits for capacity, all its waits together, while no deployment is available but one will be. 0 never
   * waits. An object says it by the `urgency` of calls; what it leaves out is the default.
   *
   * @default 60_000
   */
  readonly maxWaitMs?: number | MaxWaitSettings | undefined;
  /**
   * Calls of one urgency that may wait at once, for each model id and the same deployments. Further ones are refused at once.
   *
   * @default 1_000
   */
  readonly maxWaiting?: number | undefined;
  /**
   * Milliseconds after which a rate-limited deployment gets a probe, although it named a later time: services have been seen to
   * say 86,400 seconds.
   *
   * @default 300_000
   */
  readonly maxRateLimitMs?: number | undefined;
  /**
   * The API that `balanced(id)` and `languageModel(id)` use. Dated Azure versions and providers that are handed in may have no
   * `responses`; OpenAI's own provider has, when it is handed in: say so here.
   *
   * @default `responses`; `chat` on AI SDK 4, with a dated Azure version or a provider handed in
   */
  readonly api?: 'chat' | 'responses' | undefined;
  /** Rounds and the backoff between them. */
  readonly retry?: RetrySettings | undefined;
  /** Time limits of one attempt. */
  readonly timeout?: TimeoutSettings | undefined;
  /**
   * Asks a second deployment when the first has given no content for unusually long; the first content wins, and the other is
   * cancelled. Calls with tools that the provider executes are not hedged, since these may act twice.
   *
   * @default false
   */
  readonly hedge?: boolean | HedgeSettings | undefined;
  /**
   * Keeps calls with the same `promptCacheKey` (in `providerOptions.openai`), or the same `affinityKey` in
   * `providerOptions.balanced`, on one deployment while that is available and not overloaded.
   *
   * @default true
   */
  readonly affinity?: boolean | undefined;
  /** Milliseconds for a whole call: all attempts and waits, and for a stream until its end. @default no limit */
  readonly totalTimeoutMs?: number | undefined;
  /**
   * Rejections that are tried elsewhere instead of being thrown, `'content-filter'` and `'context-length'`: endpoints may differ in
   * these. Neither way is one counted as a failure of its deployment.
   *
   * @default []
   */
  readonly failoverOn?: readonly RejectionReason[] | undefined;
  /**
   * Decides what a failure means, instead of the exported `classifyFailure`, which it may call.
   *
   * @example (error, context) => isOurProxyError(error) ? { class: 'retryable' } : classifyFailure(error, context)
   */
  readonly classifyFailure?: ClassifyFailure | undefined;
  /**
   * `false` leaves `providerMetadata.balanced` out of results. The mark on content parts, by which a conversation finds
   * its endpoint again, is not part of it: see `statefulAffinity`.
   *
   * @default true
   */
  readonly metadata?: boolean | undefined;
  /**
   * Keeps a conversation at the endpoint that has stored what it refers to, as long as that is available, and moves it in
   * full when it is not. For this, content parts carry an opaque mark of their endpoint
   * (`providerMetadata.balanced.endpoint`), which the AI SDK brings back with the next prompt.
   *
   * `false` writes and reads no mark: right when all endpoints share what they store, as several keys of one project do.
   *
   * @default true
   */
  readonly statefulAffinity?: boolean | undefined;
  /** `true` lets one embedding model id stand for models whose vectors cannot be compared, which is hardly ever right. @default false */
  readonly allowMixedEmbeddings?: boolean | undefined;
  /**
   * What several processes share, so that they act as one: `redisState(client)` of `ai-sdk-load-balancer/redis`.
   *
   * @default each process has its own
   */
  readonly state?: SharedState | undefined;
  /**
   * What the first call does when environment variables are missing: `'throw'` one error that lists them all, or `'skip'` those
   * endpoints as long as one remains.
   *
   * @default 'throw'
   */
  readonly onMissingCredentials?: 'throw' | 'skip' | undefined;
}
