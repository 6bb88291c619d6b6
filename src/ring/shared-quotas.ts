import type { Deployment } from '../deployment/deployment.ts';
import type { EventEmitter } from '../event-emitter.ts';
import type { StatedLimits } from '../limits/stated-limits.ts';

/** Moments without quota that two deployments had in common, after which they are taken to share it. */
const CONFIRMATIONS = 5;
/** What was sent so shortly after a request may have arrived before it. */
const ARRIVAL_MS = 250;
/** What is named in whole seconds is named up to a second too late. */
const SECOND_MS = 1_000;

/** From a rejection until the time that it named, a deployment had nothing left. */
interface Moment {
  readonly deployment: Deployment;
  readonly sentAt: number;
  readonly until: number;
  readonly perMinute: number;
  readonly confirmedBy: Set<Deployment>;
}

/**
 * Finds deployments that spend from one quota, although the settings do not say so: when the one has nothing left, the other has
 * nothing left of the same limit either, each time. A single request that the other takes in such a moment shows the contrary for good:
 * others may spend from both quotas at the same pace, but hardly to the request.
 */
export class SharedQuotas {
  #moment: Moment | undefined;
  readonly #confirmations = new Map<string, number>();
  readonly #apart = new Set<string>();
  readonly #events: EventEmitter;

  constructor(events: EventEmitter) {
    this.#events = events;
  }

  /** A deployment took a request that was sent then. */
  answered(deployment: Deployment, sentAt: number): void {
    const moment = this.#momentOf(deployment, sentAt);
    if (moment !== undefined) this.#apart.add(pairOf(deployment, moment.deployment));
  }

  /** A deployment rejected a request for its rate. A warning tells, once, with which other it has turned out to share its quota. */
  rejected(
    deployment: Deployment,
    sentAt: number,
    { requests }: Pick<StatedLimits, 'requests'>,
    retryAfterMs: number | undefined,
  ): void {
    const { perMinute, remaining } = requests;
    if (perMinute === undefined || remaining !== 0 || retryAfterMs === undefined) return;
    const moment = this.#momentOf(deployment, sentAt);
    if (moment === undefined) {
      const until = sentAt + retryAfterMs - SECOND_MS;
      if (sentAt >= (this.#moment?.until ?? sentAt)) {
        this.#moment = { deployment, sentAt, until, perMinute, confirmedBy: new Set() };
      }
      return;
    }
    const pair = pairOf(deployment, moment.deployment);
    if (moment.perMinute !== perMinute) this.#apart.add(pair);
    if (this.#apart.has(pair) || moment.confirmedBy.has(deployment)) return;
    moment.confirmedBy.add(deployment);
    const confirmations = (this.#confirmations.get(pair) ?? 0) + 1;
    this.#confirmations.set(pair, confirmations);
    if (confirmations !== CONFIRMATIONS) return;
    const endpoint = deployment.endpoint.name;
    const both = `"${moment.deployment.endpoint.name}" and "${endpoint}"`;
    const message = `Endpoints ${both} seem to have one quota: when one has nothing left, neither has the other. Give both the same quotaGroup.`;
    this.#events.warn({ code: 'quota-shared', endpoint, message });
  }

  /** The moment of another deployment, with which it is not said to share a quota, in which a request was sent. */
  #momentOf({ gates }: Deployment, sentAt: number): Moment | undefined {
    const moment = this.#moment;
    if (moment === undefined || moment.deployment.gates.rateLimit === gates.rateLimit) return undefined;
    return sentAt > moment.sentAt + ARRIVAL_MS && sentAt < moment.until ? moment : undefined;
  }
}

const pairOf = (one: Deployment, other: Deployment): string =>
  [one.endpoint.name, other.endpoint.name].toSorted().join('\n');
