import type { Failure } from '../failure/failure.ts';

/** How an attempt ended, as each gate hears it. */
export type Outcome =
  /** It brought all that was asked for, and used so many tokens, if the service said. */
  | { readonly type: 'success'; readonly tokens?: number | undefined }
  | { readonly type: 'failure'; readonly failure: Failure }
  /** Nothing was learned: the caller left, or another attempt of the call was quicker. */
  | { readonly type: 'none' }
  /** It was never made. */
  | { readonly type: 'unsent' };

/** What a failure says to a gate: that what is behind it failed, that it works, or nothing. */
export type Reading = 'failed' | 'works' | 'nothing';

/**
 * What each class of failure says to each gate with a cooldown.
 *
 * - An endpoint that answers works, whatever it answers, unless the failure is blamed on the endpoint itself.
 * - A deployment works when it has judged the request. A rate limit says nothing of it, nor does a failure of its endpoint.
 */
export const READINGS = {
  endpoint: (failure: Failure): Reading => {
    if (failure.class === 'aborted') return 'nothing';
    return isBlamed(failure) && failure.scope === 'endpoint' ? 'failed' : 'works';
  },
  deployment: (failure: Failure): Reading => {
    if (failure.class === 'rejected') return 'works';
    return isBlamed(failure) && failure.scope !== 'endpoint' ? 'failed' : 'nothing';
  },
  rateLimit: (failure: Failure): Reading => {
    if (failure.class === 'rate-limited') return 'failed';
    return failure.class === 'rejected' ? 'works' : 'nothing';
  },
} as const;

/** Whether something is counted as broken: not for a request that is at fault, a rate limit, or a caller that left. */
const isBlamed = ({ class: failureClass }: Failure): boolean =>
  failureClass === 'retryable' || failureClass === 'quota-exhausted' || failureClass === 'misconfigured';
