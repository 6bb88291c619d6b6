import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

/** `.sdk-majors/<major>/` */
const folder = fileURLToPath(new URL('../../../', import.meta.url));
const consumer = join(folder, 'test', 'sdk-majors', 'consumer');

describe('a file of an application', () => {
  it('has no type error under TypeScript 7, and neither have our declarations', async () => {
    const output = await compile('@typescript/native', 'bin/tsc');

    expect(output).toContain('/node_modules/ai-sdk-load-balancer/dist/index.d.ts');
    expect(sdkFilesFromElsewhere(output)).toEqual([]);
    expect(ownErrors(output)).toEqual([]);
  }, 60_000);

  // Declarations of other packages are not checked here: that takes TypeScript 6 most of its time, and is done above.
  it('has no type error under TypeScript 6', async () => {
    const output = await compile('typescript', 'bin/tsc6', '--skipLibCheck');

    expect(output).toContain('/node_modules/ai-sdk-load-balancer/dist/index.d.ts');
    expect(ownErrors(output)).toEqual([]);
  }, 60_000);
});

/** What a compiler prints: the errors it found and, so that nothing passes that was not checked, the files it read. */
async function compile(packageName: string, binary: string, ...options: readonly string[]): Promise<string> {
  const compiler = dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`));
  const command = [join(compiler, binary), '--project', consumer, '--pretty', 'false', '--listFiles', ...options];
  return new Promise((resolve) => {
    // The exit code is not looked at: it also tells of errors in packages that are not ours.
    execFile(process.execPath, command, { cwd: folder, maxBuffer: 2 ** 26 }, (_, stdout, stderr) => {
      resolve(stdout + stderr);
    });
  });
}

/**
 * `skipLibCheck` would leave out our declarations along with all others. So it is off, and errors in packages
 * that are not ours are passed over here.
 */
function ownErrors(output: string): string[] {
  return output
    .split('\n')
    .filter((message) => /\berror TS\d+:/.test(message))
    .filter((message) => !message.includes('node_modules/') || message.includes('node_modules/ai-sdk-load-balancer/'));
}

/** The project around the folder has SDK packages too, of the newest major. */
function sdkFilesFromElsewhere(output: string): string[] {
  return output
    .split('\n')
    .filter((file) => isAbsolute(file) && /node_modules[\\/](ai|@ai-sdk)[\\/]/.test(file))
    .filter((file) => !file.startsWith(folder));
}
