import type { Deployment } from '../deployment/deployment.ts';

/** Milliseconds of silence that are nothing unusual, whatever a ring is used to. */
export const SHORTEST_SILENCE_MS = 1_000;

/** How many answers are remembered, and how few are too few to tell. */
const REMEMBERED = 128;
const TOO_FEW = 20;

/** One answer, or the first content of a stream. */
interface Answer {
  readonly deployment: Deployment;
  readonly startedAt: number;
  readonly tookMs: number;
}

/** How long a ring usually takes to say something, from its last answers. */
export class ResponseTimes {
  readonly #recent: Answer[] = [];
  /** How many there have been. */
  #count = 0;
  #p95: number | undefined;

  record(deployment: Deployment, startedAt: number, tookMs: number): void {
    this.#recent[this.#count % REMEMBERED] = { deployment, startedAt, tookMs };
    this.#count += 1;
    this.#p95 = undefined;
  }

  /** Milliseconds within which 95 of 100 answers came, or `undefined` before there are enough to tell. */
  get p95Ms(): number | undefined {
    this.#p95 ??= p95(this.#recent);
    return this.#p95;
  }

  /** The same, of all deployments but one. */
  p95MsBeside(deployment: Deployment): number | undefined {
    return p95(this.#beside(deployment));
  }

  /** Of the attempts of other deployments that began in that time and were answered: how many were so within the limit, and later. */
  besideBetween(
    deployment: Deployment,
    [since, before]: readonly [number, number],
    limitMs: number,
  ): { readonly inTime: number; readonly late: number } {
    const answers = this.#beside(deployment).filter(({ startedAt }) => startedAt >= since && startedAt < before);
    const inTime = answers.filter(({ tookMs }) => tookMs <= limitMs).length;
    return { inTime, late: answers.length - inTime };
  }

  #beside(deployment: Deployment): readonly Answer[] {
    return this.#recent.filter((answer) => answer.deployment !== deployment);
  }
}

function p95(answers: readonly Answer[]): number | undefined {
  if (answers.length < TOO_FEW) return undefined;
  return answers.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b)[Math.floor(answers.length * 0.95)];
}
