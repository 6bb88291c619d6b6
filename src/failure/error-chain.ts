import { firstOf, isObject, property } from '../foreign.ts';

/** Deeper causes, and further attempts to connect, tell nothing new. */
const LONGEST = 8;

/** The error and what caused it, without what is no object. Causes may go round in a circle. */
export function errorChain(error: unknown): readonly object[] {
  const chain = new Set<object>();
  for (let link = error; isObject(link) && !chain.has(link) && chain.size < LONGEST; link = property(link, 'cause')) {
    chain.add(link);
    // undici puts the attempts of "happy eyeballs" into one. Other errors have other things in `errors`.
    if (property(link, 'name') !== 'AggregateError') continue;
    for (const attempt of firstOf(property(link, 'errors'), LONGEST)) if (isObject(attempt)) chain.add(attempt);
  }
  return [...chain];
}
