import type { Deployment } from '../deployment/deployment.ts';
import { type Demand, NO_DEMAND } from './forecast.ts';
import { admits, type PickRequest } from './pick-request.ts';

/**
 * Calls that are served at once when a ring comes back whose limits are not known, and the time after which twice as many are:
 * a deployment that has just recovered is not to be overrun by all that had waited for it.
 */
const FIRST_BATCH = 8;
const BATCH_MS = 50;

/** Calls of a ring that wait for the same deployments. */
export interface WaitingGroup {
  readonly key: string;
  readonly wanted: readonly Deployment[];
  /** What they need, and those of them that had had their turn before. */
  demand: Demand;
  returned: Demand;
}

/** What of a call is counted. */
interface Counted {
  readonly request: PickRequest;
  readonly isReturning: boolean;
}

/** The key of the calls that any deployment can serve. */
const UNRESTRICTED = '';

/** What the queue keeps of one ring while calls of it wait. */
export class Lane {
  /** Calls of it that wait. */
  length = 0;
  readonly #deployments: readonly Deployment[];
  readonly #groups = new Map<string, WaitingGroup>();
  #batch = FIRST_BATCH;
  #left = FIRST_BATCH;
  #batchEndsAt: number | undefined;

  constructor(deployments: readonly Deployment[]) {
    this.#deployments = deployments;
  }

  /** Whether calls wait that any deployment can serve. */
  get hasUnrestricted(): boolean {
    return this.#groups.has(UNRESTRICTED);
  }

  /** The calls that a new one waits with; of itself it is not one of them yet. */
  groupOf(request: PickRequest): WaitingGroup {
    const wanted = this.#deployments.filter((deployment) => admits(request, deployment));
    const isAll = wanted.length === this.#deployments.length;
    const key = isAll ? UNRESTRICTED : wanted.map((deployment) => this.#deployments.indexOf(deployment)).join();
    const known = this.#groups.get(key);
    return known ?? { key, wanted: isAll ? this.#deployments : wanted, demand: NO_DEMAND, returned: NO_DEMAND };
  }

  /** A call has come, or has left. */
  count(group: WaitingGroup, { request, isReturning }: Counted, by: 1 | -1): void {
    this.length += by;
    group.demand = counted(group.demand, request, by);
    if (isReturning) group.returned = counted(group.returned, request, by);
    if (group.demand.calls === 0) this.#groups.delete(group.key);
    else this.#groups.set(group.key, group);
  }

  /** When more calls may be released; `undefined` when one may now. Each batch is twice as large as the one right before it. */
  releasesAt(now: number): number | undefined {
    const endsAt = this.#batchEndsAt;
    if (endsAt === undefined || now >= endsAt) {
      const isNext = endsAt !== undefined && now < endsAt + BATCH_MS && this.#left === 0;
      this.#batch = isNext ? this.#batch * 2 : FIRST_BATCH;
      this.#left = this.#batch;
      this.#batchEndsAt = now + BATCH_MS;
    }
    return this.#left > 0 ? undefined : this.#batchEndsAt;
  }

  /** A call goes to a deployment that nothing keeps from being overrun. */
  released(): void {
    this.#left -= 1;
  }
}

const counted = ({ calls, tokens }: Demand, request: PickRequest, by: 1 | -1): Demand => ({
  calls: calls + by,
  tokens: tokens + by * request.tokens,
});
