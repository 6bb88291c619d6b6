/** Numbers in [0, 1) that are the same for the same seed. */
export type Random = () => number;

/** mulberry32, as it is in the public domain: small, and even enough to draw fates from. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One of the entries; an entry with weight 3 comes three times as often as one with weight 1. */
export function drawn<Entry>(random: Random, entries: readonly (readonly [weight: number, entry: Entry])[]): Entry {
  let left = random() * entries.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, entry] of entries) {
    left -= weight;
    if (left < 0) return entry;
  }
  throw new Error('There is nothing to draw from.');
}

/** A whole number from 0 up to, and without, the bound. */
export const below = (random: Random, bound: number): number => Math.floor(random() * bound);
