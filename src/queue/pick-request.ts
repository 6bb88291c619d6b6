import type { Deployment } from '../deployment/deployment.ts';

/** Whether a call is waited for, or could wait: interactive calls come first. */
export type Urgency = 'interactive' | 'background';

/** What an attempt asks of a ring. */
export interface PickRequest {
  /** Tokens that it is expected to use. */
  readonly tokens: number;
  /** Keeps it with others of the same key, where possible. */
  readonly affinityKey?: string | undefined;
  /** Has stored what the call refers to, and is asked while it is available. */
  readonly owner?: Deployment | undefined;
  /** Whether the call goes on from what one deployment alone has stored. */
  readonly isPinned?: boolean | undefined;
  /** Names of endpoints to be asked first, in this order. */
  readonly order?: readonly string[] | undefined;
  /** @default 'interactive' */
  readonly urgency?: Urgency | undefined;
  /** Deployments that it must not go to. */
  readonly excluded?: ReadonlySet<Deployment> | undefined;
}

export const urgencyOf = ({ urgency = 'interactive' }: PickRequest): Urgency => urgency;

/** Whether a deployment would do, as far as the request goes. */
export const admits = ({ excluded }: PickRequest, deployment: Deployment): boolean =>
  excluded === undefined || !excluded.has(deployment);

/** A request that takes nothing from calls further ahead. */
export function withoutClaimed(request: PickRequest, claimed: readonly Deployment[]): PickRequest {
  return claimed.length === 0 ? request : { ...request, excluded: new Set([...(request.excluded ?? []), ...claimed]) };
}
