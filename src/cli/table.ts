import { WriteStream } from 'node:tty';
import { stripVTControlCharacters, styleText } from 'node:util';

import type { CheckResult } from '../index.ts';

/** The rows in columns, what to do below each that is wrong, and their number. */
export function tableOf({ rows }: CheckResult): string {
  const cells = rows.map(({ endpoint, deployment = '', kind, durationMs }) => [
    endpoint,
    deployment,
    kind,
    `${durationMs} ms`,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(({ ok, problem, advice }, index) => {
    const columns = (cells[index] ?? []).map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
    const mark = ok ? styleText('green', '✓') : styleText('red', '✗');
    const below = ok ? [] : [`    ${styleText('red', problem ?? '')}`, `    ${advice ?? ''}`];
    return [`${mark} ${columns}`.trimEnd(), ...below].join('\n');
  });
  const wrong = rows.filter(({ ok }) => !ok).length;
  const sum =
    wrong === 0
      ? styleText('green', `All ${rows.length} work.`)
      : styleText('red', `${wrong} of ${rows.length} wrong.`);
  const table = [...lines, '', sum].join('\n');
  return isColoured() ? table : stripVTControlCharacters(table);
}

/** As `styleText` sees it from Node 22.8 on; before that it colours everything. */
function isColoured(): boolean {
  const isWanted = process.env['FORCE_COLOR'] !== undefined || process.stdout.isTTY;
  return isWanted && WriteStream.prototype.getColorDepth() > 2;
}
