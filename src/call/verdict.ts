/**
 * What a failure means for its call.
 *
 * - `next`: another deployment may do better.
 * - `same-again`: the call was rewritten, so that the same deployment can take it now.
 * - `give-up`: the request itself is at fault, or the caller has left.
 */
export type Verdict = 'next' | 'same-again' | 'give-up';
