import type { Move, Report } from '../shared-state.ts';

/** More than a process can need that is apart for minutes. What comes after is not told: leases end by themselves. */
const MOST = 10_000;

/** Reports that the state did not confirm, for when it is back. */
export class UntoldReports {
  #reports: Report[] = [];

  /** It may have been heard all the same: what must not be counted twice is left out, and what it held is given back. */
  keep(report: Report): void {
    if (this.#reports.length >= MOST) return;
    const moves = report.moves.flatMap((move): Move[] => {
      if (move.kind === 'budget') return [];
      return [move.kind === 'pass' && move.ended === 'failed' ? { ...move, ended: 'nothing' } : move];
    });
    if (moves.length > 0) this.#reports.push({ ...report, moves });
  }

  take(): readonly Report[] {
    const reports = this.#reports;
    this.#reports = [];
    return reports;
  }
}
