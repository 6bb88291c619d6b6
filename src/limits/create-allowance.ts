import { type Allowance, MINUTE_MS } from './allowance.ts';
import { SlidingWindow } from './sliding-window.ts';
import type { Unit } from './stated-limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** How a service measures: OpenAI refills continuously, Azure judges windows. */
export type Metering = 'continuous' | 'windows';

/** Azure's longest window for requests; a rejection shows when it is shorter. */
const LONGEST_REQUEST_WINDOW_MS = 10_000;

/** An allowance that is full. */
export function createAllowance(metering: Metering, unit: Unit, perMinute: number, now: number): Allowance {
  if (metering === 'continuous') return new TokenBucket(perMinute, now);
  return new SlidingWindow(perMinute, unit === 'requests' ? LONGEST_REQUEST_WINDOW_MS : MINUTE_MS);
}
