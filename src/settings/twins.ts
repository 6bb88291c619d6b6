import { LruMap } from '../lru-map.ts';
import { fingerprint } from './fingerprint.ts';
import type { BalancedProviderSettings } from './settings.ts';

/** Says of a fingerprint whether it comes for the second time: not before, and not again. */
type IsSecond = (print: string) => boolean;

const COUNTER = Symbol.for('ai-sdk-load-balancer.isSecond');

/**
 * Whether these are the settings of one provider that was made before, in this process: each of the two then knows only what it has
 * seen itself. It is told once.
 *
 * Bundlers put this module into a process several times (Next.js does for route handlers and pages, and anew at each edit), so the
 * counter is on `globalThis`. Settings hold keys, so they are in a closure, which shows them to no other code.
 */
export function isTwin(settings: BalancedProviderSettings): boolean {
  const print = fingerprint(settings);
  const shared = globalThis as { [COUNTER]?: IsSecond };
  return print !== undefined && (shared[COUNTER] ??= counter())(print);
}

/** An app may make a provider for each of its users. */
const MOST_PRINTS = 100;

function counter(): IsSecond {
  const counts = new LruMap<string, number>(MOST_PRINTS);
  return (print) => {
    const count = (counts.get(print) ?? 0) + 1;
    counts.set(print, count);
    return count === 2;
  };
}
