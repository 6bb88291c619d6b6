import { type Demand, NO_DEMAND } from './forecast.ts';
import type { WaitingCall } from './waiting-call.ts';

/**
 * Calls that are served at once when a ring comes back whose limits are not known, and the time after which twice as many are:
 * a deployment that has just recovered is not to be overrun by all that had waited for it.
 */
const FIRST_BATCH = 8;
const BATCH_MS = 50;

/** What the queue keeps of one ring while calls of it wait. */
export class Lane {
  /** Calls of it that wait. */
  length = 0;
  /** What those of them need that any of its deployments can serve. */
  unrestricted: Demand = NO_DEMAND;
  #batch = FIRST_BATCH;
  #left = FIRST_BATCH;
  #batchEndsAt: number | undefined;

  /** A call has come, or has left. */
  count(call: WaitingCall, by: 1 | -1): void {
    this.length += by;
    if (call.isRestricted) return;
    const { calls, tokens } = this.unrestricted;
    this.unrestricted = { calls: calls + by, tokens: tokens + by * call.wait.request.tokens };
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
