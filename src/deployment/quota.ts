import type { Clock } from '../clock.ts';
import { type Endpoint, lowestLimits } from '../endpoint/endpoint.ts';
import type { EventEmitter } from '../event-emitter.ts';
import { Budget } from '../gates/budget.ts';
import { RateLimit } from '../gates/rate-limit.ts';
import type { Revision } from '../gates/revision.ts';
import { LruMap } from '../lru-map.ts';
import type { LimitSettings } from '../settings/endpoint-settings.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';

/** Models whose limits are kept. */
const MOST_MODELS = 1_000;

/** What all gates of a fleet are made with. */
export interface GateContext {
  readonly settings: ResolvedSettings;
  readonly clock: Clock;
  readonly events: EventEmitter;
  readonly revision: Revision;
}

/** What limits one model. */
export interface ModelQuota {
  /** The same in all processes. */
  readonly quotaKey: string;
  /** Its own, then those that it shares with all models. */
  readonly budgets: readonly Budget[];
  readonly rateLimit: RateLimit;
}

/** What limits an endpoint, or together the endpoints of one `quotaGroup`. */
export class Quota {
  /** What all their deployments spend from. */
  readonly budgets: readonly Budget[];
  readonly #members: readonly Endpoint[];
  readonly #context: GateContext;
  /** By model, with the names of its deployments, by those of their endpoints. */
  readonly #models = new LruMap<string, ModelQuota & { readonly names: Map<string, string> }>(MOST_MODELS);

  constructor(members: readonly Endpoint[], context: GateContext) {
    this.#members = members;
    this.#context = context;
    // Services state the limits of deployments; those of a whole endpoint are known only where they are configured.
    const limits = members.map((member) => member.limits);
    this.budgets = this.#budgetsOf(limits, true, false).filter(({ configured }) => configured !== undefined);
  }

  /** @param kind what models of one id do not share a quota with, when theirs is another. */
  of(modelId: string, kind: string, endpoint: string, deployment: string): ModelQuota {
    const key = `${kind}\n${this.#members.length === 1 ? deployment : modelId}`;
    const quota = this.#models.get(key) ?? this.#create(key, modelId);
    quota.names.set(endpoint, deployment);
    this.#models.set(key, quota);
    return quota;
  }

  #create(quotaKey: string, modelId: string) {
    const { settings, clock, events, revision } = this.#context;
    const limits = this.#members.map((member) => member.limitsOf(modelId));
    const budgets = [...this.#budgetsOf(limits, this.#members.length > 1, true), ...this.budgets];
    const names = new Map<string, string>();
    const rateLimit = new RateLimit({
      clock,
      revision,
      maxRateLimitMs: settings.maxRateLimitMs,
      isPaced: () => budgets.some(({ allowance }) => allowance !== undefined),
      onTrip: (_, waitMs) => {
        const retryAfterMs = Math.ceil(waitMs);
        for (const [endpoint, deployment] of names) {
          events.emit('rateLimited', () => ({ endpoint, deployment, retryAfterMs }));
        }
      },
    });
    return { quotaKey, budgets, rateLimit, names };
  }

  #budgetsOf(limits: readonly LimitSettings[], isShared: boolean, isLearned: boolean): readonly Budget[] {
    const { clock, revision } = this.#context;
    // Endpoints of one group are of one type.
    const metering = this.#members[0]?.type.metering ?? 'continuous';
    const { rpm, tpm } = lowestLimits(limits);
    const options = { metering, isShared, isLearned, revision, now: clock.now() };
    return [
      new Budget({ ...options, unit: 'requests', perMinute: rpm }),
      new Budget({ ...options, unit: 'tokens', perMinute: tpm }),
    ];
  }
}

/** The quota of each endpoint. */
export function quotasOf(endpoints: readonly Endpoint[], context: GateContext): ReadonlyMap<Endpoint, Quota> {
  const groups = new Map<string | Endpoint, Quota>();
  return new Map(
    endpoints.map((endpoint) => {
      const { quotaGroup } = endpoint;
      const isMember = (other: Endpoint): boolean =>
        quotaGroup === undefined ? other === endpoint : other.quotaGroup === quotaGroup;
      const quota = groups.get(quotaGroup ?? endpoint) ?? new Quota(endpoints.filter(isMember), context);
      groups.set(quotaGroup ?? endpoint, quota);
      return [endpoint, quota];
    }),
  );
}
