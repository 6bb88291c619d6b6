import type { Target } from './scenario.ts';
import type { Score } from './score.ts';

/** Figures that several scenarios have in common. */

export const successAtLeast = (share: number): Target => ({
  text: `success ≥ ${share * 100} %`,
  figure: ({ success }) => success,
  atLeast: share,
});

export const goodputAtLeast = (share: number): Target => ({
  text: `goodput ≥ ${share * 100} % of the oracle's`,
  figure: ({ goodput }) => goodput,
  atLeast: share,
});

export const rateLimitedAtMost = (perSuccess: number): Target => ({
  text: `429 per success ≤ ${perSuccess}`,
  figure: ({ rateLimitedPerSuccess }) => rateLimitedPerSuccess,
  atMost: perSuccess,
});

export const cutOffAtMost = (share: number): Target => ({
  text: `≤ ${share * 100} % of attempts cut off`,
  figure: ({ cutOff }) => cutOff,
  atMost: share,
});

export const timesIdle = (atMost: number): Target => ({
  text: `latency p50 ≤ ${atMost} × that of an idle fleet`,
  figure: ({ latency, idleLatency }) => latency.p50 / idleLatency.p50,
  atMost,
});

/** A percentile as a multiple of the oracle's. */
export const timesOracle = (
  what: 'latency' | 'first content',
  percentile: 'p50' | 'p95' | 'p99',
  atMost: number,
): Target => ({
  text: `${what} ${percentile} ≤ ${atMost} × oracle`,
  figure: (score: Score) =>
    what === 'latency'
      ? score.latency[percentile] / score.oracleLatency[percentile]
      : score.firstContent[percentile] / score.oracleFirstContent[percentile],
  atMost,
});

/** Where all deployments weigh the same. */
export const sharesWithin = (points: number): Target => ({
  text: `largest difference of a share from its weight, in points ≤ ${points}`,
  figure: ({ shares }) => Math.max(...shares.map((share) => 100 * Math.abs(share - 1 / shares.length))),
  atMost: points,
});

export const noneOf = (text: string, figure: Target['figure']): Target => ({ text, figure, atMost: 0 });
