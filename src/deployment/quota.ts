import { type Endpoint, lowestLimits } from '../endpoint/endpoint.ts';
import { Budget } from '../gates/budget.ts';
import { RateLimit } from '../gates/rate-limit.ts';
import { LruMap } from '../lru-map.ts';
import type { LimitSettings } from '../settings/endpoint-settings.ts';
import type { GateContext } from './gate-context.ts';

/** Models whose limits are kept. */
const MOST_MODELS = 1_000;

/** One deployment that a quota limits, as events name it. */
interface Limited {
  readonly endpoint: string;
  readonly deployment: string;
}

/** What limits one model. */
export interface ModelQuota {
  /** The same in all processes. */
  readonly key: string;
  readonly budgets: readonly Budget[];
  readonly rateLimit: RateLimit;
}

/** What limits an endpoint, or together the endpoints of one `quotaGroup`. */
export class Quota {
  /** What all their deployments spend from. */
  readonly budgets: readonly Budget[];
  readonly #members: readonly Endpoint[];
  readonly #context: GateContext;
  /** Of a group: by model, with all the deployments that have it. */
  readonly #models = new LruMap<string, ModelQuota & { readonly limited: Limited[] }>(MOST_MODELS);

  constructor(members: readonly Endpoint[], context: GateContext) {
    this.#members = members;
    this.#context = context;
    // Services state the limits of deployments; those of a whole endpoint are known only where they are configured.
    const limits = lowestLimits(members.map((member) => member.limits));
    this.budgets = this.#budgetsOf(limits, { isShared: true, isLearned: false }).filter(
      ({ allowance }) => allowance !== undefined,
    );
  }

  /** @param kind what models of one id do not share a quota with, when theirs is another. */
  of(modelId: string, kind: string, deployment: Limited): ModelQuota {
    if (this.#members.length === 1) return this.#create(`${kind}\n${deployment.deployment}`, modelId, [deployment]);
    const key = `${kind}\n${modelId}`;
    const known = this.#models.get(key);
    known?.limited.push(deployment);
    if (known !== undefined) return known;
    const limited = [deployment];
    const made = { ...this.#create(key, modelId, limited), limited };
    this.#models.set(key, made);
    return made;
  }

  #create(key: string, modelId: string, limited: readonly Limited[]): ModelQuota {
    const { settings, clock, events, revision } = this.#context;
    const limits = lowestLimits(this.#members.map((member) => member.limitsOf(modelId)));
    const own = this.#budgetsOf(limits, { isShared: this.#members.length > 1, isLearned: true });
    const budgets = [...own, ...this.budgets];
    const rateLimit = new RateLimit({
      clock,
      revision,
      maxRateLimitMs: settings.maxRateLimitMs,
      isPaced: () => budgets.some(({ allowance }) => allowance !== undefined),
      onTrip: (_, retryAfterMs) => {
        for (const each of limited)
          events.emit('rateLimited', () => ({ ...each, retryAfterMs: Math.ceil(retryAfterMs) }));
      },
    });
    return { key, budgets, rateLimit };
  }

  #budgetsOf(
    { rpm, tpm }: LimitSettings,
    told: { readonly isShared: boolean; readonly isLearned: boolean },
  ): readonly Budget[] {
    const { clock, revision } = this.#context;
    // Endpoints of one group are of one type.
    const metering = this.#members[0]?.type.metering ?? 'continuous';
    const options = { metering, ...told, revision, now: clock.now() };
    return [
      new Budget({ ...options, unit: 'requests', perMinute: rpm }),
      new Budget({ ...options, unit: 'tokens', perMinute: tpm }),
    ];
  }
}

/** The quota of each endpoint. */
export function quotasOf(endpoints: readonly Endpoint[], context: GateContext): ReadonlyMap<Endpoint, Quota> {
  const groups = new Map<string, Quota>();
  const quotas = new Map<Endpoint, Quota>();
  for (const endpoint of endpoints) {
    const { quotaGroup: group } = endpoint;
    const members = group === undefined ? [endpoint] : endpoints.filter(({ quotaGroup }) => quotaGroup === group);
    const quota = (group === undefined ? undefined : groups.get(group)) ?? new Quota(members, context);
    if (group !== undefined) groups.set(group, quota);
    quotas.set(endpoint, quota);
  }
  return quotas;
}
