import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Writes a file of `bench/results`, formatted as everything is that is committed. */
export function writeResult(name: string, text: string): void {
  const file = new URL(`results/${name}`, import.meta.url);
  writeFileSync(file, text);
  execFileSync('npx', ['oxfmt', fileURLToPath(file)]);
}
