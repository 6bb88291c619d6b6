/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The gaps between arrivals that know nothing of each other. */
export const exponential = (random: () => number, mean: number): number => -Math.log(1 - random()) * mean;

/** Times as language models take them. */
export function logNormal(random: () => number, median: number, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return median * Math.exp(sigma * normal);
}

/** A service that judges requests, and what it says of it. */
export interface Service {
  /** Takes a request, or says in how many milliseconds one may come again. */
  judge(now: number): 'admitted' | number;
  /** Headers of an answer, or of a rejection. */
  headers(now: number): Readonly<Record<string, string>>;
}

/** A bucket that refills continuously, and holds what comes in within so many seconds. */
export function bucket(perMinute: number, seconds: number): Service {
  const perMs = perMinute / 60_000;
  const capacity = Math.max(1, perMs * seconds * 1_000);
  let level = capacity;
  let filledAt = 0;
  const fill = (now: number): void => {
    level = Math.min(capacity, level + (now - filledAt) * perMs);
    filledAt = now;
  };
  return {
    judge: (now) => {
      fill(now);
      if (level < 1) return (1 - level) / perMs;
      level -= 1;
      return 'admitted';
    },
    headers: (now) => {
      fill(now);
      return {
        'x-ratelimit-limit-requests': `${perMinute}`,
        'x-ratelimit-remaining-requests': `${Math.floor(level)}`,
        'x-ratelimit-reset-requests': `${Math.ceil((capacity - level) / perMs)}ms`,
      };
    },
  };
}

/** Windows of so many seconds, each of which takes its share of a minute's requests. */
export function windows(perMinute: number, seconds: number): Service {
  const windowMs = seconds * 1_000;
  const capacity = Math.max(1, Math.floor((perMinute * seconds) / 60));
  const phaseMs = windowMs * 0.37;
  let taken = 0;
  let index = -1;
  const leftMs = (now: number): number => windowMs - ((now + phaseMs) % windowMs);
  const turn = (now: number): void => {
    const current = Math.floor((now + phaseMs) / windowMs);
    if (current !== index) taken = 0;
    index = current;
  };
  return {
    judge: (now) => {
      turn(now);
      if (taken >= capacity) return leftMs(now);
      taken += 1;
      return 'admitted';
    },
    headers: (now) => {
      turn(now);
      return {
        'x-ratelimit-limit-requests': `${perMinute}`,
        'x-ratelimit-remaining-requests': `${capacity - taken}`,
        'x-ratelimit-reset-requests': `${Math.max(1, Math.ceil(leftMs(now) / 1_000))}`,
      };
    },
  };
}

/** It says nothing of its limits. */
export const silent = (service: Service): Service => ({ judge: (now) => service.judge(now), headers: () => ({}) });
