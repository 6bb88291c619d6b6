import type { Deployment } from '../deployment/deployment.ts';
import { type ResponseTimes, SHORTEST_SILENCE_MS } from './response-times.ts';

/**
 * So many times as long as 95 of 100 answers of the others take is overdue. One healthy answer in a hundred is, where times are as
 * uneven as those of language models (lognormal, sigma 1), and several in a row practically never.
 */
const OVERDUE = 2;
/** A probe's time before it is known what is usual. */
const FIRST_PATIENCE_MS = 60_000;
/** One or two attempts that are overdue are long prompts, whatever the threshold for failures. */
const FEWEST = 3;
/** So many of the others' attempts must answer in time for each one of theirs that does not, or it is not about one deployment. */
const OTHERS_IN_TIME = 4;
/** Attempts of one deployment that are looked at. */
const MOST = 64;

/** The attempts of one deployment that have not been answered in time, by when they began. */
interface Streak {
  readonly began: number[];
  /** When the last attempt began that was: what began after it is a row. */
  answered: number;
  /** Of its breaker: what was before a recovery does not count any more. */
  readonly generation: number;
}

/**
 * Tells a deployment that hangs, or that has become far slower than the others, from a service that has become slow everywhere:
 * by several attempts in a row that are silent for far longer than the others take, while those answer in time. An error would tell
 * as well, but a hang gives none. (Outlier ejection, as in Envoy and gRPC, for silence.)
 *
 * It needs no timer: a deployment is looked at when it would be asked next.
 */
export class HangDetector {
  readonly #times: ResponseTimes;
  readonly #threshold: number;
  readonly #streaks = new Map<Deployment, Streak>();

  /** @param threshold failures in a row that take a deployment out. */
  constructor(times: ResponseTimes, threshold: number) {
    this.#times = times;
    this.#threshold = Math.max(FEWEST, threshold);
  }

  started(deployment: Deployment, now: number): void {
    const { generation } = deployment.gates.breaker;
    let streak = this.#streaks.get(deployment);
    if (streak?.generation !== generation) {
      streak = { began: [], answered: -1, generation };
      this.#streaks.set(deployment, streak);
    }
    const { began, answered } = streak;
    if (began.length === MOST && (began[0] as number) <= answered) began.shift();
    if (began.length < MOST) began.push(now);
  }

  /** The first content of an attempt has come. If that was in time, no row goes on that began before. */
  answered(deployment: Deployment, startedAt: number, tookMs: number): void {
    const streak = this.#streaks.get(deployment);
    if (streak === undefined || this.#isOverdue(deployment, tookMs)) return;
    streak.answered = Math.max(streak.answered, startedAt);
    remove(streak, startedAt);
  }

  /** An attempt has ended without content. It counts no more, unless it was silent for too long until its call was given up. */
  ended(deployment: Deployment, startedAt: number, silentMs: number | undefined): void {
    if (silentMs !== undefined && this.#isOverdue(deployment, silentMs)) return;
    const streak = this.#streaks.get(deployment);
    if (streak !== undefined) remove(streak, startedAt);
  }

  /** Whether it is to be taken out. */
  isHanging(deployment: Deployment, now: number): boolean {
    const streak = this.#streaks.get(deployment);
    if (streak?.generation !== deployment.gates.breaker.generation) return false;
    const row = streak.began.filter((at) => at > streak.answered);
    const [since] = row;
    const last = row[this.#threshold - 1];
    if (since === undefined || last === undefined || now - last < SHORTEST_SILENCE_MS) return false;
    const limitMs = this.#limitMs(deployment);
    if (limitMs === undefined || now - last <= limitMs) return false;
    // Of the others, too, only what is long enough ago for its time to be over.
    const before = now - limitMs;
    const { inTime, late } = this.#times.besideBetween(deployment, [since, before], limitMs);
    const othersOverdue = late + this.#silentBeside(deployment, since, before);
    return inTime >= Math.max(this.#threshold, OTHERS_IN_TIME * othersOverdue);
  }

  /** It has been taken out. */
  forget(deployment: Deployment): void {
    this.#streaks.delete(deployment);
  }

  /** Milliseconds after which a silent probe is given up for another. */
  probePatienceMs(deployment: Deployment): number {
    const usualMs = this.#times.p95MsBeside(deployment) ?? this.#times.p95Ms;
    return usualMs === undefined ? FIRST_PATIENCE_MS : Math.max(SHORTEST_SILENCE_MS, OVERDUE * usualMs);
  }

  #silentBeside(deployment: Deployment, since: number, before: number): number {
    let count = 0;
    for (const [other, { began }] of this.#streaks) {
      if (other !== deployment) count += began.filter((at) => at >= since && at < before).length;
    }
    return count;
  }

  #isOverdue(deployment: Deployment, tookMs: number): boolean {
    return tookMs > SHORTEST_SILENCE_MS && tookMs > (this.#limitMs(deployment) ?? tookMs);
  }

  #limitMs(deployment: Deployment): number | undefined {
    const usualMs = this.#times.p95MsBeside(deployment);
    return usualMs === undefined ? undefined : Math.max(SHORTEST_SILENCE_MS, OVERDUE * usualMs);
  }
}

function remove({ began }: Streak, startedAt: number): void {
  const index = began.indexOf(startedAt);
  if (index !== -1) began.splice(index, 1);
}
