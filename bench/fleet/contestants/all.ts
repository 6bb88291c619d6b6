import { aiFallback } from './ai-fallback.ts';
import { aiRetry } from './ai-retry.ts';
import { balanced } from './balanced.ts';
import type { Contestant } from './contestant.ts';
import { rotationWithFailover } from './rotation-with-failover.ts';
import { rotation } from './rotation.ts';

/** In the order of the tables. */
export const CONTESTANTS: readonly Contestant[] = [balanced, rotation, rotationWithFailover, aiRetry, aiFallback];

export function findContestant(name: string): Contestant {
  const contestant = CONTESTANTS.find((candidate) => candidate.name === name);
  if (contestant === undefined) {
    throw new Error(`No contestant '${name}'. There is: ${CONTESTANTS.map((candidate) => candidate.name).join(', ')}.`);
  }
  return contestant;
}
