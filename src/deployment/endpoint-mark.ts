import { hash } from '../hash.ts';

/** What content parts carry under `balanced`, so that the endpoint which stores them is known when they come back. */
export interface EndpointMark {
  /** Opaque: parts travel through browsers, and an endpoint's name may say more than its owner wants. */
  readonly endpoint: string;
}

/**
 * The mark of an endpoint, made from its name alone, so that every process makes the same.
 *
 * It is a hint and hides nothing of worth. Two endpoints with one mark would send a call to the wrong one of them, which answers
 * that it does not know the item.
 */
export function markOf(endpointName: string): EndpointMark {
  return Object.freeze({ endpoint: `ep_${hash(endpointName)}` });
}

/** Whether a key in a reference is the mark of an endpoint, and not the name of a provider. */
export const isMark = (key: string): boolean => /^ep_[\da-z]+$/.test(key);
