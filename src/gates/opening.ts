/**
 * When a gate lets an attempt through: now, at a time that has not come yet (milliseconds on the core's clock), when something else
 * ends (a probe, another attempt), or when it is opened by hand.
 */
export type Opening = 'now' | number | 'on-event' | 'by-hand';

/** The later of two: an event is later than any time that is known, and nothing is later than what waits for a hand. */
export function later(one: Opening, other: Opening): Opening {
  if (one === 'now' || other === 'by-hand') return other;
  if (other === 'now' || one === 'by-hand') return one;
  if (one === 'on-event' || other === 'on-event') return 'on-event';
  return Math.max(one, other);
}

/** The sooner of two. */
export const sooner = (one: Opening, other: Opening): Opening => (later(one, other) === one ? other : one);

/** A time as an opening: one that has come is now. */
export const opensAt = (time: number, now: number): Opening => (time <= now ? 'now' : time);

/** Whole milliseconds until then, where that is known. */
export const msUntil = (opening: Opening, now: number): number | undefined =>
  typeof opening === 'number' ? Math.ceil(opening - now) : undefined;
