import { apiError } from '../api-error.ts';
import { after, answers, type Behaviour, fails } from '../fake-endpoint.ts';

const REJECTION_MS = 15;

/** Takes a request, or says how many milliseconds later it may come again. */
export type Quota = () => number | 'taken';

/** A service that states nothing of its limit; only its rejections name a time. */
export class LimitedService implements Behaviour {
  answered = 0;
  rejected = 0;
  readonly #quota: Quota;
  readonly #answer: Behaviour;
  readonly #headersOf: (waitMs: number) => Readonly<Record<string, string>>;

  constructor(quota: Quota, answerMs: number, headersOf: (waitMs: number) => Readonly<Record<string, string>>) {
    this.#quota = quota;
    this.#answer = after(answerMs, answers());
    this.#headersOf = headersOf;
  }

  readonly generate: Behaviour['generate'] = (attempt) => this.#take().generate(attempt);
  readonly stream: Behaviour['stream'] = (attempt) => this.#take().stream(attempt);

  #take(): Behaviour {
    const waitMs = this.#quota();
    if (waitMs === 'taken') {
      this.answered += 1;
      return this.#answer;
    }
    this.rejected += 1;
    return after(REJECTION_MS, fails(apiError(429, { headers: this.#headersOf(waitMs) })));
  }
}

/** Takes requests until it is full, drains all the time, and names the time until it is not full any more. */
export function leakyBucket(perSecond: number, room: number): Quota {
  let level = 0;
  let at = performance.now();
  return () => {
    const now = performance.now();
    level = Math.max(0, level - ((now - at) * perSecond) / 1_000);
    at = now;
    if (level >= room) return Math.max(1, Math.ceil(((level - room) * 1_000) / perSecond));
    level += 1;
    return 'taken';
  };
}

/** Takes so many in each second of its own clock. */
export function seconds(perSecond: number): Quota {
  let second = -1;
  let taken = 0;
  return () => {
    const now = Math.floor(performance.now() / 1_000);
    if (now > second) taken = 0;
    second = now;
    if (taken === perSecond) return 1_000;
    taken += 1;
    return 'taken';
  };
}

/** Takes so many in any stretch of a second. */
export function anySecond(perSecond: number): Quota {
  const taken: number[] = [];
  return () => {
    const now = performance.now();
    while (taken.length > 0 && Number(taken[0]) <= now - 1_000) taken.shift();
    if (taken.length === perSecond) return 1_000;
    taken.push(now);
    return 'taken';
  };
}

/** Rejects each so many-th request, whatever came before, as a service does whose limit others use up. */
export function eachNth(nth: number, waitMs: number): Quota {
  let requests = 0;
  return () => {
    requests += 1;
    return requests % nth === 0 ? waitMs : 'taken';
  };
}
