import type { Deployment } from '../deployment/deployment.ts';
import { MINUTE_MS } from '../limits/allowance.ts';
import type { Urgency } from './pick-request.ts';
import type { QueuedRing } from './queued-ring.ts';

const NONE: readonly Deployment[] = [];

/**
 * What work that could wait leaves to interactive calls: of a window it takes an even flow, and not all of it at once. Where no
 * interactive call has come for a minute, it takes what there is.
 */
export class Reserve {
  #interactiveAt: number | undefined;

  served(urgency: Urgency, now: number): void {
    if (urgency === 'interactive') this.#interactiveAt = now;
  }

  /** Deployments that calls of this urgency leave to others for now. */
  keeps({ deployments }: QueuedRing, urgency: Urgency, now: number): readonly Deployment[] {
    const since = this.#interactiveAt;
    if (urgency === 'interactive' || since === undefined || now - since > MINUTE_MS) return NONE;
    return deployments.filter((deployment) => deployment.evenAt(now) > now);
  }
}
