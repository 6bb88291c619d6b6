import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import type { SoakReport } from './soak.ts';

const run = promisify(execFile);

/** Where a major of the AI SDK is prepared. */
export const folderOf = (major: number) => fileURLToPath(new URL(`../../.sdk-majors/${major}`, import.meta.url));

/** What a soak needs to end by itself; a process that lives longer is stopped, and that is an error. */
export const limitMs = (calls: number) => 60_000 + calls * 30;

/** Runs a soak on one major of the AI SDK, in a process of its own. Throws when that process does not exit by itself. */
export async function runSoak(major: number, seed: number, calls: number): Promise<SoakReport> {
  const args = ['--expose-gc', 'test/soak/main.ts', '--seed', String(seed), '--calls', String(calls)];
  const options = { cwd: folderOf(major), timeout: limitMs(calls), maxBuffer: 10_000_000 };
  const { stdout } = await run(process.execPath, args, options).catch(
    (error: { stdout?: string; killed?: boolean }) => {
      if (error.killed !== true && error.stdout) return { stdout: error.stdout };
      throw error;
    },
  );
  return JSON.parse(stdout) as SoakReport;
}
