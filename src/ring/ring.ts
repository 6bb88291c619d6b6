import type { ChangeCounter } from '../health/change-counter.ts';
import type { ModelKind } from '../sdk.ts';
import type { Deployment } from './deployment.ts';
import type { Picker } from './picker.ts';
import { ResponseTimes } from './response-times.ts';

const NOBODY: readonly Deployment[] = [];

/** The deployments that can serve one model id. */
export class Ring {
  readonly modelId: string;
  readonly kind: ModelKind;
  readonly deployments: readonly Deployment[];
  /** Times to the first content of streams, and to the answer of everything else. */
  readonly streamTimes = new ResponseTimes();
  readonly answerTimes = new ResponseTimes();
  readonly #picker: Picker;
  readonly #changes: ChangeCounter;
  #seenChange = -1;
  #nextDueAt = Infinity;
  /** Whoever is available, and those of them in the best tier. */
  #available: readonly Deployment[] = NOBODY;
  #best: readonly Deployment[] = NOBODY;

  constructor({
    modelId,
    kind,
    deployments,
    picker,
    changes,
  }: {
    readonly modelId: string;
    readonly kind: ModelKind;
    readonly deployments: readonly Deployment[];
    readonly picker: Picker;
    readonly changes: ChangeCounter;
  }) {
    this.modelId = modelId;
    this.kind = kind;
    this.deployments = deployments;
    this.#picker = picker;
    this.#changes = changes;
  }

  /** The next deployment to ask, or `undefined` when none is available but those to avoid. */
  pick(now: number, avoid?: ReadonlySet<Deployment>): Deployment | undefined {
    this.#look(now);
    const candidates =
      avoid === undefined || avoid.size === 0
        ? this.#best
        : bestTier(this.#available.filter((deployment) => !avoid.has(deployment)));
    return candidates.length === 0 ? undefined : this.#picker.pick(candidates);
  }

  /**
   * When everybody is cooling down: the one that is due soonest, so that a call can probe it early instead of failing.
   * `undefined` while somebody is available, or is being probed.
   */
  earlyProbe(now: number, avoid?: ReadonlySet<Deployment>): Deployment | undefined {
    this.#look(now);
    const isAvoided = (deployment: Deployment): boolean => avoid?.has(deployment) === true;
    if (!this.#available.every(isAvoided)) return undefined;
    if (this.deployments.some((deployment) => deployment.cooledAt === Infinity && !isAvoided(deployment)))
      return undefined;
    const candidates = this.deployments.filter(
      (deployment) =>
        !isAvoided(deployment) && !deployment.endpoint.isSkipped && deployment.rateLimit.cooldown.availableAt <= now,
    );
    return candidates.reduce<Deployment | undefined>(
      (soonest, candidate) => (soonest === undefined || candidate.cooledAt < soonest.cooledAt ? candidate : soonest),
      undefined,
    );
  }

  /** The time at which the first rate limit ends that is all that keeps its deployment out; `Infinity` when there is none. */
  rateLimitEndsAt(now: number): number {
    return this.deployments.reduce((soonest, { availableAt, cooledAt, rateLimit }) => {
      const endsAt = rateLimit.cooldown.availableAt;
      return endsAt > now && cooledAt <= endsAt ? Math.min(soonest, availableAt) : soonest;
    }, Infinity);
  }

  /** Milliseconds until the first deployment takes calls again; `undefined` when one does now, or no time is known. */
  retryAfterMs(now: number): number | undefined {
    const soonest = this.deployments.reduce((least, { availableAt }) => Math.min(least, availableAt), Infinity);
    return soonest > now && soonest < Infinity ? soonest - now : undefined;
  }

  /** Looks at all deployments, but only when something has changed or come due since. */
  #look(now: number): void {
    if (this.#seenChange === this.#changes.count && now < this.#nextDueAt) return;
    this.#seenChange = this.#changes.count;
    this.#nextDueAt = Infinity;
    const available: Deployment[] = [];
    for (const deployment of this.deployments) {
      const { availableAt } = deployment;
      if (availableAt <= now) available.push(deployment);
      else this.#nextDueAt = Math.min(this.#nextDueAt, availableAt);
    }
    this.#available = available;
    this.#best = bestTier(available);
  }
}

/** Those with the lowest priority number. */
function bestTier(available: readonly Deployment[]): readonly Deployment[] {
  if (available.length === 0) return NOBODY;
  const best = available.reduce((least, { endpoint }) => Math.min(least, endpoint.priority), Infinity);
  return available.filter(({ endpoint }) => endpoint.priority === best);
}
