/**
 * When a gate lets an attempt through: now, at a time that has not come yet (milliseconds on the core's clock), when something else
 * ends (a probe, another attempt), when it is opened by hand, or never.
 */
export type Opening = 'now' | number | 'on-event' | 'by-hand' | 'never';

const ORDER: readonly Opening[] = ['now', 0, 'on-event', 'by-hand', 'never'];
const rank = (opening: Opening): number => ORDER.indexOf(typeof opening === 'number' ? 0 : opening);

/** The later of two: an event is later than any time that is known, and a hand is later than an event. */
export function later(one: Opening, other: Opening): Opening {
  if (typeof one === 'number' && typeof other === 'number') return Math.max(one, other);
  return rank(one) >= rank(other) ? one : other;
}

/** The sooner of two. */
export const sooner = (one: Opening, other: Opening): Opening => (later(one, other) === one ? other : one);

/** A time as an opening: one that has come is now. */
export const opensAt = (time: number, now: number): Opening => (time <= now ? 'now' : time);

/** Whole milliseconds until then, where that is known. */
export const msUntil = (opening: Opening, now: number): number | undefined =>
  typeof opening === 'number' ? Math.ceil(opening - now) : undefined;
