import type { Deployment } from '../deployment/deployment.ts';
import type { Opening } from '../gates/opening.ts';
import type { Demand } from './forecast.ts';
import type { PickRequest } from './pick-request.ts';

/** What the queue asks of the ring that a call waits for. */
export interface QueuedRing {
  readonly modelId: string;
  readonly deployments: readonly Deployment[];
  /** Calls of it that may wait at once. */
  readonly maxWaiting: number;
  pick(now: number, request: PickRequest): Deployment | undefined;
  /** A deployment to be probed ahead of its time, while none is available. */
  earlyProbe(now: number, request: PickRequest): Deployment | undefined;
  /** When that may be worth it, where that is known. */
  earlyProbeAt(now: number, request: PickRequest): number | undefined;
  /** When the first deployment opens that would do. */
  opens(now: number, request: PickRequest): Opening;
  /** Whether one that would do may open at any time: when a probe or another attempt ends, or by hand. */
  mayOpenAnyTime(now: number, request: PickRequest): boolean;
  /** The first moment at which limits may allow so much. */
  earliestStart(wanted: readonly Deployment[], now: number, until: number, demand: Demand): number;
}
