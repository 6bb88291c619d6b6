import type { Deployment } from '../deployment/deployment.ts';

/** So many of the others' attempts must answer in time for each one of theirs that does not, or it is not about one deployment. */
const OTHERS_IN_TIME = 4;

/** Attempts of one deployment that were overdue one after the other, without content in between. */
interface Streak {
  count: number;
  /** What the ring had counted when the streak began. */
  readonly contents: number;
  readonly overdue: number;
}

/**
 * Tells a deployment that hangs from a service that has become slow everywhere, by attempts that are silent for longer than
 * nearly all answers take: an error would tell as well, but a hang gives none.
 */
export class HangDetector {
  readonly #streaks = new Map<Deployment, Streak>();
  #contents = 0;
  #overdue = 0;

  /** A deployment has given content, in time or after it was overdue. */
  gotContent(deployment: Deployment, isInTime: boolean): void {
    if (isInTime) this.#contents += 1;
    if (this.#streaks.size > 0) this.#streaks.delete(deployment);
  }

  /**
   * An attempt is overdue. Returns whether that makes an outage: so many of its deployment in a row, while the others answered as
   * they are used to.
   */
  isOutage(deployment: Deployment, threshold: number): boolean {
    const streak = this.#streaks.get(deployment) ?? { count: 0, contents: this.#contents, overdue: this.#overdue };
    this.#streaks.set(deployment, streak);
    streak.count += 1;
    this.#overdue += 1;
    // In the streak there is no content of its own.
    const othersInTime = this.#contents - streak.contents;
    const othersOverdue = this.#overdue - streak.overdue - streak.count;
    if (streak.count < threshold || othersInTime < Math.max(threshold, OTHERS_IN_TIME * othersOverdue)) return false;
    this.#streaks.delete(deployment);
    return true;
  }
}
