/** How two ways of doing the same compare. All in the unit of the samples. */
export interface Comparison {
  readonly plain: number;
  readonly ours: number;
  /** Median of the differences of runs that stood side by side, which drift of the machine does not touch. */
  readonly difference: number;
  /** The middle half of these differences. */
  readonly from: number;
  readonly to: number;
}

/** Microseconds that one repetition took. */
export async function microseconds(repetitions: number, work: () => PromiseLike<unknown>): Promise<number> {
  const startedAt = performance.now();
  for (let index = 0; index < repetitions; index += 1) await work();
  return ((performance.now() - startedAt) * 1_000) / repetitions;
}

/**
 * Runs both in turns, either first every other time, and compares what each pair measured.
 *
 * @param warmUps pairs before, which do not count: so many that what runs has been compiled.
 */
export async function interleave(
  pairs: number,
  plain: () => Promise<number>,
  ours: () => Promise<number>,
  warmUps: number = Math.ceil(pairs / 4),
): Promise<Comparison> {
  const samples: { plain: number; ours: number }[] = [];
  for (let pair = 0; pair < pairs + warmUps; pair += 1) {
    let plainTook: number;
    let oursTook: number;
    if (pair % 2 === 0) {
      plainTook = await plain();
      oursTook = await ours();
    } else {
      oursTook = await ours();
      plainTook = await plain();
    }
    if (pair >= warmUps) samples.push({ plain: plainTook, ours: oursTook });
  }
  const differences = samples.map((sample) => sample.ours - sample.plain);
  return {
    plain: quantile(
      samples.map((sample) => sample.plain),
      0.5,
    ),
    ours: quantile(
      samples.map((sample) => sample.ours),
      0.5,
    ),
    difference: quantile(differences, 0.5),
    from: quantile(differences, 0.25),
    to: quantile(differences, 0.75),
  };
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
