import type { Comparison } from './interleave.ts';

/** One line of the result. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Highest value that is good enough; `undefined` for what is shown for information only. */
  readonly target: number | undefined;
  readonly note: string;
}

/** A figure out of a comparison with the plain model. */
export const toFigure = (
  name: string,
  comparison: Comparison,
  unit: string,
  target: number | undefined,
  note = '',
): Figure => {
  const { plain, ours, from, to, difference } = comparison;
  const share = ((100 * difference) / plain).toFixed(0);
  const spread = `${share} % of plain ${plain.toFixed(2)}, ours ${ours.toFixed(2)}, middle half of differences ${from.toFixed(2)} to ${to.toFixed(2)}`;
  return { name, value: difference, unit, target, note: note === '' ? spread : `${spread}; ${note}` };
};
