import { styleText } from 'node:util';

export type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'dim' | 'bold';

/** Coloured when stdout is a terminal and NO_COLOR is unset; plain otherwise. */
export const paint = (colour: Colour, text: string): string => styleText(colour, text);

const canRedraw = process.stdout.isTTY && process.env['TERM'] !== 'dumb';
let draft = '';
let isWithinLine = false;

/** Writes a line. A draft stays below it. */
export function say(line = ''): void {
  if (isWithinLine) endLine();
  if (canRedraw && draft !== '') process.stdout.write(`\r\u001B[2K${line}\n${draft}`);
  else process.stdout.write(`${line}\n`);
}

/** Shows a line that is not finished yet: drawn anew each time on a terminal, and elsewhere not before it is kept. */
export function sayDraft(line: string): void {
  draft = line;
  if (canRedraw) process.stdout.write(`\r\u001B[2K${line}`);
}

/** The draft is finished, and becomes a line like the others. */
export function keepDraft(): void {
  if (draft !== '') process.stdout.write(canRedraw ? '\n' : `${draft}\n`);
  draft = '';
}

/** Writes a piece of a line that grows. */
export function sayPiece(text: string): void {
  process.stdout.write(text);
  isWithinLine = true;
}

/** Ends a line that has grown. */
export function endLine(): void {
  if (isWithinLine) process.stdout.write('\n');
  isWithinLine = false;
}

/** Rows in columns as wide as their widest cell, under a header. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [paint('bold', line(header)), ...rows.map(line)];
}
