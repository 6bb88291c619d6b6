import type { CheckResult, CheckRow } from '../index.ts';

/** Of the terminal (ECMA-48, SGR). */
const COLOURS = { red: 31, green: 32, dim: 2 } as const;

/** `FORCE_COLOR` as Node reads it (`tty.WriteStream.getColorDepth`), then no colour in a pipe or where `NO_COLOR` asks for none. */
function hasColour(): boolean {
  const { FORCE_COLOR, NO_COLOR } = process.env;
  if (FORCE_COLOR !== undefined) return ['', 'true', '1', '2', '3'].includes(FORCE_COLOR);
  return process.stdout.isTTY && !NO_COLOR;
}

/** The rows in columns, what to do below each that is wrong, and their number. */
export function tableOf({ rows }: CheckResult): string {
  const isColoured = hasColour();
  const paint = (colour: keyof typeof COLOURS, text: string): string =>
    isColoured ? `\u001B[${COLOURS[colour]}m${text}\u001B[0m` : text;
  const cells = rows.map(cellsOf);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(({ ok, problem, advice }, index) => {
    const columns = (cells[index] ?? []).map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
    const mark = ok ? paint('green', '✓') : paint('red', '✗');
    const below = ok ? [] : [`    ${paint('red', problem ?? '')}`, `    ${advice ?? ''}`];
    return [`${mark} ${columns}`.trimEnd(), ...below].join('\n');
  });
  const wrong = rows.filter(({ ok }) => !ok).length;
  const sum =
    wrong === 0 ? paint('green', `All ${rows.length} work.`) : paint('red', `${wrong} of ${rows.length} wrong.`);
  return [...lines, '', sum].join('\n');
}

const cellsOf = ({ endpoint, deployment, kind, durationMs }: CheckRow): readonly string[] => [
  endpoint,
  deployment ?? '',
  kind,
  `${durationMs} ms`,
];
