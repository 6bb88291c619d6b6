#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

import type { BalancedProvider } from '../index.ts';
import { tableOf } from './table.ts';

const USAGE = `Usage: ai-sdk-load-balancer check <file> [--json]

Asks each deployment of the provider that the file exports once, and says what works.
Exits with 0 when all do, 1 when one does not, 2 when nothing could be checked.`;

const NOTHING_CHECKED = 2;

/** Whatever ends the process: the file may do so itself, or never end to load. */
let exitCode = NOTHING_CHECKED;
process.on('exit', () => {
  process.exitCode = exitCode;
});

/** Files keep timers and connections open, so the process is ended, once what was written is out. */
function exit(code: number, text: string, stream: Pick<NodeJS.WriteStream, 'write'> = process.stderr): void {
  stream.write(`${text}\n`, () => {
    exitCode = code;
    process.exit();
  });
}

const giveUp = (error: unknown): void =>
  exit(NOTHING_CHECKED, error instanceof Error ? `${error.name}: ${error.message}` : String(error));

/** @returns `undefined` when the arguments are wrong. */
function readArguments(): { readonly file: string; readonly isJSON: boolean } | undefined {
  try {
    const { values, positionals } = parseArgs({ options: { json: { type: 'boolean' } }, allowPositionals: true });
    const [command, file, ...rest] = positionals;
    const isUsual = command === 'check' && file !== undefined && rest.length === 0;
    return isUsual ? { file, isJSON: values.json === true } : undefined;
  } catch {
    return undefined;
  }
}

/** All providers that a file exports; those of a CommonJS module are in its only export. */
async function providersOf(file: string): Promise<readonly BalancedProvider[]> {
  const module = (await import(pathToFileURL(resolve(file)).href)) as Readonly<Record<string, unknown>>;
  const whole = module['default'];
  const inside = typeof whole === 'object' && whole !== null ? Object.values(whole) : [];
  return [...new Set([...Object.values(module), ...inside].filter(isProvider))];
}

const isProvider = (value: unknown): value is BalancedProvider =>
  typeof value === 'function' && 'explain' in value && 'check' in value && typeof value.check === 'function';

/** Counts the rows, for a terminal that shows it. */
function progress(): { readonly onRow: () => void; readonly end: () => void } {
  const { stderr } = process;
  let count = 0;
  const show = (text: string): void => {
    // To the beginning of the line, and nothing after it.
    if (stderr.isTTY) stderr.write(`\r\u001B[K${text}`);
  };
  show('Checking …');
  return { onRow: () => show(`Checking … ${++count}`), end: () => show('') };
}

async function run(): Promise<void> {
  const given = readArguments();
  if (given === undefined) return exit(NOTHING_CHECKED, USAGE);
  const { file, isJSON } = given;
  if (!existsSync(file)) return exit(NOTHING_CHECKED, `There is no file ${file}.`);
  // What the file itself writes is no part of the result.
  const out = { write: process.stdout.write.bind(process.stdout) };
  Object.assign(process.stdout, { write: process.stderr.write.bind(process.stderr) });
  const providers = await providersOf(file);
  if (providers.length === 0) return exit(NOTHING_CHECKED, `${file} exports no provider of createBalancedProvider().`);
  const { onRow, end } = progress();
  const results = await Promise.all(providers.map((provider) => provider.check({ onRow })));
  end();
  const result = { ok: results.every(({ ok }) => ok), rows: results.flatMap(({ rows }) => rows) };
  exit(result.ok ? 0 : 1, isJSON ? JSON.stringify(result, null, 2) : tableOf(result), out);
}

// What the file begins may throw later.
process.on('uncaughtException', giveUp);
run().catch(giveUp);
